import { readFileSync } from "node:fs";
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
  /** Runs the app; what it returns is what the app said. Whatever is wrong is thrown. */
  run(project: Project): string | Promise<string>;
}

const typed = readFileSync("test/ways/app.ts", "utf8");
const script = (format: "esm" | "cjs") => transformSync(typed, { loader: "ts", format }).code;

/** Goes the way in a project of its own inside of `home`; returns the versions of its tools and what the app said. */
export async function take(home: Project, way: Way): Promise<string> {
  const { name, tools = [], files = {} } = way;
  const project = home.inside(name.toLowerCase().replace(/\W+/g, "-"));
  const app = { "app.ts": typed, "app.js": script("esm"), "app.cjs": script("cjs") };
  const settings = JSON.stringify({ private: true, type: "module" });
  for (const [file, content] of Object.entries({ "package.json": settings, ...app, ...files }))
    project.write(file, content);
  if (tools.length > 0) project.sh(`${NPM} ${tools.join(" ")}`);
  const said = await way.run(project);
  const versions = Object.keys(JSON.parse(project.read("package.json")).dependencies ?? {}).map(
    (tool) => `${tool} ${JSON.parse(project.read(`node_modules/${tool}/package.json`)).version}`,
  );
  return [...versions, said].join(", ");
}

/** What an app said, unless that is a complaint. */
export function ok(said: string): string {
  const line = said.split("\n").find((text) => text.startsWith("ok: "));
  if (line === undefined) throw new Error(said);
  return line.slice("ok: ".length);
}
