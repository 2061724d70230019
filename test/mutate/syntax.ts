/** Syntax trees of TypeScript and AssemblyScript alike: ESTree, from the parser that Vite brings along. */
import { parseSync } from "vite";

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** The tree of a module. Places are those of `source`. */
export function parse(file: string, source: string): Node {
  // AssemblyScript decorates functions and constants, which is no TypeScript: blanks keep every place.
  const plain = source.replace(/^(\s*)(@\w+)/gm, (_, space: string, name: string) => space + " ".repeat(name.length)); // prettier-ignore
  const { program, errors } = parseSync(file, plain, { lang: "ts" });
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  return program as unknown as Node;
}

export const isNode = (value: unknown): value is Node =>
  typeof (value as Node | null)?.type === "string";

/** The nodes right below a node, in the order of the source. */
export function children(node: Node): Node[] {
  const found = Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );
  return found.sort((a, b) => a.start - b.start);
}
