/**
 * Writes the reference of the site, docs/api, from the docstrings: a page for each public name. The pages are not
 * committed, so that they cannot be older than the sources.
 *
 *   npm run docs:api
 */
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  Application,
  Comment,
  CommentTag,
  Converter,
  PageEvent,
  ReflectionKind,
  type Context,
} from "typedoc";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The entries of the package, as apps import them, by the names that TypeDoc derives from their files. */
const entries: Record<string, { name: string; file: string }> = {
  tfjs: { name: "tfjs-initializers", file: "src/tfjs/index.ts" },
  linalg: { name: "tfjs-initializers/linalg", file: "src/linalg/index.ts" },
  "tfjs/register": { name: "tfjs-initializers/register", file: "src/tfjs/register.ts" },
  "tfjs/train": { name: "tfjs-initializers/train", file: "src/tfjs/train.ts" },
  "tfjs/data/worker": { name: "tfjs-initializers/worker", file: "src/tfjs/data/worker.ts" },
};

/** The comment at the top of a file, without its stars. */
const header = (file: string) =>
  readFileSync(root + file, "utf8")
    .match(/^\/\*\*(.*?)\*\//s)![1]!
    .replace(/^ *\* ?/gm, "")
    .trim();

/** One tag for each name of "@param a, b text". */
function apart(tag: CommentTag): CommentTag[] {
  if (!tag.name?.endsWith(",")) return [tag];
  const [first, ...rest] = tag.content;
  const [, more, text] = first!.text.match(/^((?:[\w.]+, )*[\w.]+) (.*)$/s)!;
  const content = [{ ...first!, text: text! }, ...rest] as CommentTag["content"];
  return [tag.name.slice(0, -1), ...more!.split(", ")].map((name) => {
    const one = new CommentTag("@param", Comment.cloneDisplayParts(content));
    one.name = name;
    return one;
  });
}

/**
 * The options of a function as a section of their own: TypeDoc drops "@param options.name" where the type of the options
 * has a name.
 */
function optionsOf(tags: readonly CommentTag[]): CommentTag[] {
  if (tags.length === 0) return [];
  const content = tags.flatMap(({ name, content: [first, ...rest] }) => [
    { kind: "text", text: "- " } as const,
    { kind: "code", text: `\`${name}\`` } as const,
    { ...first!, text: ` — ${first?.text.trimStart() ?? ""}` } as CommentTag["content"][number],
    ...rest,
    { kind: "text", text: "\n" } as const,
  ]);
  return [new CommentTag("@options", content)];
}

// Options of plugins are not among the types of TypeDoc's own.
const markdown = {
  plugin: ["typedoc-plugin-markdown", "typedoc-vitepress-theme"],
  docsRoot: `${root}docs`,
  router: "member",
  hidePageHeader: true,
  hideBreadcrumbs: true,
  sanitizeComments: true,
  indexFormat: "table",
  parametersFormat: "table",
  pageTitleTemplates: { index: "{projectName}", module: "{name}", member: "{name}" },
};
const app = await Application.bootstrapWithPlugins({
  ...markdown,
  entryPoints: Object.values(entries).map(({ file }) => root + file),
  tsconfig: `${root}tsconfig.build.json`,
  out: `${root}docs/api`,
  name: "Reference",
  readme: "none",
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  groupOrder: ["Functions", "Variables", "Namespaces", "Classes", "Interfaces", "*"],
  githubPages: false,
  blockTags: ["@param", "@returns", "@throws", "@remarks", "@example", "@options"],
  skipErrorChecking: true, // tsc of the repository checks; the kernels need not be built for the reference
  logLevel: "Warn",
  treatWarningsAsErrors: true,
  validation: { notExported: false, invalidLink: true, notDocumented: false },
} as Parameters<typeof Application.bootstrapWithPlugins>[0]);

const early = 1000; // before TypeDoc hands tags to parameters
app.converter.on(
  Converter.EVENT_RESOLVE_BEGIN,
  ({ project }: Context) => {
    for (const one of project.children ?? []) {
      const { name, file } = entries[one.name]!;
      one.name = name;
      one.comment = new Comment([{ kind: "text", text: header(file) }]);
    }
    for (const { comment } of project.getReflectionsByKind(ReflectionKind.SomeSignature)) {
      if (!comment) continue;
      const tags = comment.blockTags.flatMap(apart);
      const ofOptions = tags.filter(({ tag, name }) => tag === "@param" && name?.includes("."));
      const others = tags.filter((tag) => !ofOptions.includes(tag));
      const params = others.filter(({ tag }) => tag === "@param");
      const rest = others.filter(({ tag }) => tag !== "@param");
      comment.blockTags = [...params, ...optionsOf(ofOptions), ...rest];
    }
  },
  early,
);

// The plugin leaves angle brackets in tables of names, where VitePress takes them for elements.
app.renderer.on(PageEvent.END, (page: PageEvent) => {
  page.contents = page.contents?.replace(/^\| \[.*$/gm, (row) =>
    row.replace(/(`[^`]*`)|(?<!\\)</g, (whole, code) => code ?? `\\${whole}`),
  );
});

rmSync(`${root}docs/api`, { recursive: true, force: true });
const project = await app.convert();
if (!project) process.exit(1);
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
