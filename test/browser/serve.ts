import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

const types: Record<string, string> = {
  "": "text/html; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Serves `made` (path → content) and below it the files of a folder, this repository's, to this machine only. */
export async function serve(
  made: Record<string, string>,
  root = new URL("../../", import.meta.url),
) {
  const server = createServer(async (request, response) => {
    // A parsed URL has no ".." left, so it cannot lead out of the folder.
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    try {
      const content = made[pathname] ?? (await readFile(new URL(`.${pathname}`, root)));
      response.setHeader("Content-Type", types[extname(pathname)] ?? "application/octet-stream");
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}
