/** The code blocks of README and docs. docs/develop.md says what the tests do with which. */
import { readdirSync, readFileSync } from "node:fs";

export interface Block {
  /** The page, and the line of it on which the block begins. */
  readonly at: string;
  /** The first line of the block: its language and, for some, its setup. */
  readonly info: string;
  readonly code: string;
  /** Code that makes what the block takes for granted, from the last comment "given" above it. */
  readonly given: string;
}

/** Folders of docs that tools write or own; another job may be at work at them. */
const others = ["api", "node_modules", "public", ".vitepress"];

/** README and the pages of the site, but for those that TypeDoc writes. */
export function pages(): string[] {
  const top = readdirSync("docs", { withFileTypes: true }).filter(
    ({ name }) => !others.includes(name),
  );
  const below = top.flatMap((one) =>
    one.isDirectory()
      ? readdirSync(`docs/${one.name}`, { recursive: true, encoding: "utf8" }).map(
          (name) => `docs/${one.name}/${name.replaceAll("\\", "/")}`,
        )
      : [`docs/${one.name}`],
  );
  return ["README.md", ...below.filter((name) => name.endsWith(".md")).sort()];
}

/** The blocks of a text; `page` is its name in `at`. */
export function blocksOf(text: string, page: string): Block[] {
  const found: Block[] = [];
  let given = "";
  for (const match of text.matchAll(/^<!-- given\n(.*?)^-->|^```([^\n]*)\n(.*?)^```$/gms)) {
    const [, comment, info = "", code = ""] = match;
    if (comment !== undefined) given = comment;
    else
      found.push({
        at: `${page}:${text.slice(0, match.index).split("\n").length}`,
        info,
        code,
        given,
      });
  }
  return found;
}

export const blocks = (page: string) => blocksOf(readFileSync(page, "utf8"), page);

const NAMED = /^import (?:(\w+)(?:, )?)?(?:\* as (\w+)|\{([^}]*)\})? ?(?:from )?"([^"]+)";.*$/gm;

/** Static imports as dynamic ones, so that several blocks can be in one module, each with names of its own. */
const importing = (code: string) =>
  code.replace(NAMED, (_, main, all, some, from) => {
    const module = `await import("${from}")`;
    if (all) return `const ${all} = ${module};`;
    const names = [
      ...(main ? [`default: ${main}`] : []),
      ...(some ? [some.trim().replaceAll(" as ", ": ")] : []),
    ];
    return names.length > 0 ? `const { ${names.join(", ")} } = ${module};` : `${module};`;
  });

/** A module that runs blocks one after the other and says which ran. */
export function program(those: readonly Block[]): string {
  const setup = `
    import * as tf from "@tensorflow/tfjs-core";
    import * as tfl from "@tensorflow/tfjs-layers";
    import "@tensorflow/tfjs-backend-wasm";
    await tf.setBackend("wasm");
    globalThis.localStorage = {};`;
  const bodies = those.map(
    ({ at, code, given }) => `{ ${given}\n{ ${importing(code)} }\nconsole.log("ran: ${at}"); }`,
  );
  return [setup, ...bodies].join("\n");
}
