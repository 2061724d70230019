/** Pages without a framework, bundled by esbuild: in a document, in workers, and under a policy. */
import { bundle, page, visit } from "./visit.ts";
import type { Way } from "./way.ts";

const app = `
  import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
  import { app } from "./app.js";
  setWasmPaths("/");`;

const html = (tag: string, head = "") => `<!doctype html>${head}${tag}`;

export const pages: Way[] = [
  {
    name: "esbuild, modules",
    core: true,
    files: {
      "main.js": page(app),
      "site/index.html": html(`<script type="module" src="/main.js"></script>`),
    },
    async run(project) {
      await bundle(project, "esm", "main.js");
      return visit(project, "site");
    },
  },
  {
    name: "a content security policy",
    core: true,
    files: {
      "main.js": page(app),
      "site/index.html": html(
        `<script type="module" src="/main.js"></script>`,
        `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'wasm-unsafe-eval'">`,
      ),
    },
    async run(project) {
      await bundle(project, "esm", "main.js");
      return visit(project, "site");
    },
  },
  {
    name: "esbuild, a worker of ours handed in",
    core: true,
    files: {
      "main.js": page(
        app,
        `{ worker: new Worker(new URL("./solver.js", import.meta.url), { type: "module" }) }`,
      ),
      "solver.js": `import "tfjs-initializers/worker";`,
      "site/index.html": html(`<script type="module" src="/main.js"></script>`),
    },
    async run(project) {
      await bundle(project, "esm", "main.js", "solver.js");
      return visit(project, "site");
    },
  },
  {
    name: "a Web Worker",
    core: true,
    files: {
      "worker.js": `${app}
        app().catch((error) => error.stack).then((said) => postMessage(said));`,
      "site/index.html": html(
        `<script>new Worker("/worker.js").onmessage = ({ data }) => (globalThis.said = data);</script>`,
      ),
    },
    async run(project) {
      await bundle(project, "iife", "worker.js");
      return visit(project, "site");
    },
  },
  {
    name: "a service worker",
    core: true,
    files: {
      "service.js": `${app}
        addEventListener("message", (event) =>
          event.waitUntil(app().catch((error) => error.stack).then((said) => event.source.postMessage(said))));`,
      "site/index.html": html(`<script>
        const { serviceWorker } = navigator;
        serviceWorker.onmessage = ({ data }) => (globalThis.said = data);
        serviceWorker.register("/service.js")
          .then(() => serviceWorker.ready)
          .then(({ active }) => active.postMessage("run"))
          .catch((error) => (globalThis.said = String(error)));
      </script>`),
    },
    async run(project) {
      await bundle(project, "iife", "service.js");
      return visit(project, "site");
    },
  },
];
