import { cpSync, existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { transformSync } from "esbuild";
import { NPM, type Project } from "./project.ts";

/** A way in which the package gets into an app. */
export interface Way {
  readonly name: string;
  /** What npm installs for it, besides the package and TensorFlow.js. */
  readonly tools?: readonly string[];
  /** Whether it is part of `npm test`: it needs no registry and little time. */
  readonly core?: boolean;
  /** The files of its project, besides package.json, app.ts and app.js. */
  readonly files?: Readonly<Record<string, string>>;
  /** A folder that is the project instead. */
  readonly folder?: string;
  /** Runs the app; what it returns is what the app said. Whatever is wrong is thrown. */
  run(project: Project): string | Promise<string>;
}

const typed = readFileSync("test/ways/app.ts", "utf8");
const script = (format: "esm" | "cjs") => transformSync(typed, { loader: "ts", format }).code;

/** Goes the way in a project of its own inside of `home`; returns the versions of its tools and what the app said. */
export async function take(home: Project, way: Way): Promise<string> {
  const { name, tools = [], files = {}, folder } = way;
  const project = home.inside(name.toLowerCase().replace(/\W+/g, "-"));
  const app = { "app.ts": typed, "app.js": script("esm"), "app.cjs": script("cjs") };
  const settings = JSON.stringify({ private: true, type: "module" });
  if (folder) {
    const own = (path: string) => !["node_modules", "dist"].includes(basename(path));
    cpSync(folder, project.folder, { recursive: true, filter: own });
  } else {
    for (const [file, content] of Object.entries({ "package.json": settings, ...app, ...files }))
      project.write(file, content);
  }
  if (tools.length > 0) project.sh(`${NPM} ${tools.join(" ")}`);
  const said = await way.run(project);
  const manifest = existsSync(join(project.folder, "package.json")) ? project.read("package.json") : "{}"; // prettier-ignore
  const { dependencies = {} } = JSON.parse(manifest);
  const versions = Object.keys(dependencies)
    .map((tool) => [tool, join(project.folder, "node_modules", tool, "package.json")] as const)
    .filter(([, file]) => existsSync(file)) // others are installed around the project
    .map(([tool, file]) => `${tool} ${JSON.parse(readFileSync(file, "utf8")).version}`);
  return [...versions, said].join(", ");
}

/** What an app said, unless that is a complaint. */
export function ok(said: string): string {
  const line = said.split("\n").find((text) => text.startsWith("ok: "));
  if (line === undefined) throw new Error(said);
  return line.slice("ok: ".length);
}
