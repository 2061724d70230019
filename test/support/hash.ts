import type { Matrix } from "../../src/linalg/index.ts";

/** Named computations. A page (test/pages) is such a list; it runs in Node and in the browser. */
export type Cases = Record<string, () => Matrix[] | Promise<Matrix[]>>;

/** Name → hash of the results of the case: the start of a SHA-256 over shapes and bits. */
export async function hashes(cases: Cases): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, run] of Object.entries(cases)) found[name] = await hash(await run());
  return found;
}

async function hash(matrices: Matrix[]): Promise<string> {
  const parts = matrices.flatMap(({ rows, cols, data }) => [Uint32Array.of(rows, cols), data]);
  const bits = await new Blob(parts as BlobPart[]).arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", bits);
  const bytes = new Uint8Array(digest, 0, 8);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
