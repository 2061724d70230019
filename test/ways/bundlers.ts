/** Bundlers and frameworks, with the recipes of README.md. `worker: true` asks them for the worker's file, too. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { resolve } from "node:path";
import { fileOf } from "./examples.ts";
import { copyBackend, type Project } from "./project.ts";
import { page, said, unwarned, visit } from "./visit.ts";
import type { Way } from "./way.ts";

/** Where the backend's binaries are, in an expression that webpack understands. */
const urls = `
  import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
  setWasmPaths({
    ${["", "-simd", "-threaded-simd"]
      .map((kind) => `tfjs-backend-wasm${kind}.wasm`)
      .map(
        (file) =>
          `"${file}": new URL("@tensorflow/tfjs-backend-wasm/dist/${file}", import.meta.url).href`,
      ) // prettier-ignore
      .join()}
  });`;

const imported = (before: string) => `import { app } from "./app.js"; ${before}`;
const html = (source: string) =>
  `<!doctype html><meta charset="utf-8"><script type="module" src="${source}"></script>`;

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** What the page of a server says that listens until it is ended. */
async function served(project: Project, command: (port: number) => string[]): Promise<string> {
  const port = await freePort();
  const [program, ...args] = command(port);
  const child = spawn(program!, args, { cwd: project.folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  const url = `http://127.0.0.1:${port}/`;
  try {
    for (let tries = 0; ; tries++) {
      const answer = await fetch(url).catch(() => undefined);
      if (answer?.ok) break;
      if (tries === 120 || child.exitCode !== null) throw new Error(`no server\n${output}`);
      await new Promise((done) => setTimeout(done, 500));
    }
    return await said(url);
  } finally {
    child.kill();
  }
}

const next = (name: string, flag: string): Way => ({
  name,
  tools: ["next@16", "react@19", "react-dom@19"],
  files: {
    "app/layout.js": `export default ({ children }) => <html><body>{children}</body></html>;`,
    "app/page.js": `"use client";
      import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
      import { useEffect } from "react";
      import { app } from "../app.js";
      export default function Page() {
        useEffect(() => {
          setWasmPaths("/");
          app({ worker: true }).then((said) => (globalThis.said = said), (error) => (globalThis.said = error.stack));
        }, []);
        return <p>an app</p>;
      }`,
    "next.config.js": `
      import { dirname } from "node:path";
      const root = dirname(import.meta.dirname); // where the packages are
      export default { outputFileTracingRoot: root, turbopack: { root } };`,
  },
  run(project) {
    copyBackend(project, "public");
    project.write("app.ts", ""); // the app is app.js
    unwarned(project.sh(`npx next build ${flag} 2>&1`));
    return served(project, (port) => ["node", "node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", `${port}`]); // prettier-ignore
  },
});

/** Vite's two sides, by the repository's own copy of it or by another version. */
function viteWays(name: string, tool?: string): Way[] {
  const bin = tool ? "node_modules/vite/bin/vite.js" : resolve("node_modules/vite/bin/vite.js");
  const shared = {
    ...(tool ? { tools: [tool] } : { core: true }),
    files: {
      "main.js": page(imported(`import "./backend.js";`), "{ worker: true }"),
      "backend.js": fileOf("vite-lstm", "backend.js"),
      "index.html": html("/main.js"),
      // Packages are installed around the project. What esbuild has bundled no longer finds its worker's file.
      "vite.config.js": `export default {
        server: { fs: { allow: [".."] } },
        optimizeDeps: { exclude: [${tool ? `"tfjs-initializers"` : ""}] },
      };`,
    },
  };
  return [
    {
      ...shared,
      name,
      run(project) {
        unwarned(project.sh(`node "${bin}" build --logLevel warn 2>&1`));
        return visit(project, "dist");
      },
    },
    {
      ...shared,
      name: `${name}, the server for development`,
      run: (project) => served(project, (port) => ["node", bin, "--host", "127.0.0.1", "--port", `${port}`]), // prettier-ignore
    },
  ];
}

export const bundlers: Way[] = [
  ...viteWays("Vite"),
  ...viteWays("Vite 5", "vite@5"), // which bundles packages by esbuild and apps by Rollup
  {
    name: "webpack",
    tools: ["webpack@5"],
    files: {
      "main.js": page(imported(urls), "{ worker: true }"),
      "build.js": `
        import webpack from "webpack";
        webpack({ mode: "production", entry: "./main.js" }, (error, stats) => {
          if (error || stats.hasErrors()) throw error ?? new Error(stats.toString("errors-only"));
          console.log(stats.toString("errors-warnings"));
        });`,
      "dist/index.html": `<!doctype html><script src="/main.js"></script>`,
    },
    run(project) {
      unwarned(project.sh("node build.js"));
      return visit(project, "dist");
    },
  },
  {
    name: "Rollup",
    tools: ["rollup@4", "@rollup/plugin-node-resolve@16", "@rollup/plugin-commonjs@28"],
    files: {
      "main.js": page(
        `import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
         import { app } from "./app.js"; setWasmPaths("/");`,
      ),
      "rollup.config.js": `
        import commonjs from "@rollup/plugin-commonjs";
        import resolve from "@rollup/plugin-node-resolve";
        export default {
          input: "main.js", output: { dir: "site", format: "es" },
          plugins: [resolve({ browser: true }), commonjs()],
        };`,
      "site/index.html": html("/main.js"),
    },
    run(project) {
      copyBackend(project, "site");
      unwarned(project.sh("npx rollup -c 2>&1"));
      return visit(project, "site");
    },
  },
  {
    name: "Parcel",
    tools: ["parcel@2"],
    files: {
      "main.js": page(
        `import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
         import { app } from "./app.js"; setWasmPaths("/");`,
        "{ worker: true }",
      ),
      "index.html": html("main.js"),
    },
    run(project) {
      unwarned(project.sh("npx parcel build index.html --no-cache --log-level error 2>&1"));
      copyBackend(project, "dist");
      return visit(project, "dist");
    },
  },
  next("Next.js, Turbopack", ""),
  next("Next.js, webpack", "--webpack"),
];
