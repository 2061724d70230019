/** The site of docs/. Nothing is loaded from a network: the search index, the fonts and all scripts are part of the build. */
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type DefaultTheme, type MarkdownRenderer } from "vitepress";
import { llms } from "./llms.ts";

const docs = fileURLToPath(new URL("../", import.meta.url));
const about = JSON.parse(readFileSync(join(docs, "../package.json"), "utf8"));
const repository: string | undefined = about.repository?.url?.replace(/^git\+|\.git$/g, "");

const page = (text: string, link: string) => ({ text, link });
const report = existsSync(join(docs, "report/index.md")) ? [page("Report", "/report/")] : [];

/** Files outside of docs that are pages of the site, by the page that includes them. */
const included: Record<string, string> = {
  "architecture.md": "ARCHITECTURE.md",
  "changelog.md": "CHANGELOG.md",
  "results.md": "bench/RESULTS.md",
  "security.md": "SECURITY.md",
};

/** Where a relative link of a page leads: to another page, to the repository, or, where there is none, nowhere. */
function leads(page: string, href: string): string | undefined {
  const [path, anchor = ""] = href.split(/(?=#)/) as [string, string?];
  const from = included[page] ?? `docs/${page}`;
  const to = posix.join(posix.dirname(from), path);
  const [other] = Object.entries(included).find(([, file]) => file === to) ?? [];
  if (other) return `/${other}${anchor}`;
  if (to.startsWith("docs/")) {
    const file = to.slice("docs/".length);
    const absent = file.startsWith("report/") && report.length === 0; // `npm run report` writes it
    return absent ? undefined : `/${file}${anchor}`;
  }
  return repository && `${repository}/blob/main/${to}${anchor}`;
}

/** Links are written as GitHub takes them; here they become those of the site. */
function links(md: MarkdownRenderer): void {
  md.core.ruler.push("links", ({ tokens, env }) => {
    for (const { children } of tokens)
      for (const token of children ?? []) {
        const href = token.type === "link_open" && token.attrGet("href");
        if (!href || /^([a-z]+:|\/|#)/.test(href)) continue;
        const target = leads(env.relativePath, href);
        if (target) token.attrSet("href", target);
        else token.attrs = null; // an anchor without an address is plain text
      }
  });
}

const methods = [
  page("Overview", "/methods/"),
  page("install: recurrent layers", "/methods/install"),
  page("train: gradients on wasm", "/methods/train"),
  page("initialize: whole models", "/methods/initialize"),
  page("orthogonal", "/methods/orthogonal"),
  page("Initializers", "/methods/initializers"),
  page("From data", "/methods/data"),
  page("Worker", "/methods/worker"),
  page("Solved heads", "/methods/head"),
  page("Growing", "/methods/grow"),
  page("LPS", "/methods/lps"),
  page("Units that differ", "/methods/diversity"),
  page("Linear algebra", "/methods/linalg"),
];
const playground = existsSync(join(docs, "public/playground/index.html"))
  ? [{ ...page("Playground", "/playground/index.html"), target: "_blank" }]
  : [];
const reference = (): DefaultTheme.SidebarItem[] => {
  const file = join(docs, "api/typedoc-sidebar.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
};
const guide = [
  {
    text: "Start",
    items: [page("Install", "/install"), page("Recipes", "/recipes"), page("Limits", "/limits")],
  },
  { text: "Methods", items: methods },
  {
    text: "Tables",
    items: [
      page("tfjs, Keras, torch, JAX", "/names"),
      page("NumPy, SciPy, JAX, tf.linalg", "/numpy"),
      page("Speed", "/speed"),
      page("Benchmarks", "/results"),
      ...report,
      page("Papers", "/papers"),
    ],
  },
  {
    text: "Project",
    items: [
      page("Development", "/develop"),
      page("Architecture", "/architecture"),
      page("Security", "/security"),
      page("Changelog", "/changelog"),
    ],
  },
];

export default defineConfig({
  title: "tfjs-initializers",
  description: about.description,
  base: process.env.DOCS_BASE ?? new URL(about.homepage ?? "https://local/").pathname,
  cleanUrls: false,
  lastUpdated: false,
  srcExclude: ["node_modules/**"],
  markdown: { config: links, theme: { light: "github-light", dark: "github-dark" } },
  themeConfig: {
    nav: [
      page("Install", "/install"),
      page("Methods", "/methods/"),
      page("Reference", "/api/"),
      ...report,
      ...playground,
    ],
    sidebar: { "/": guide, "/api/": [{ text: "Reference", items: reference() }] },
    outline: [2, 3],
    search: { provider: "local" },
    footer: { message: "MIT licence" },
    ...(repository && { socialLinks: [{ icon: "github", link: repository }] }),
  },
  buildEnd: llms,
});
