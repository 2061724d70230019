/** Every place of a module where a slip of the pen would make a single fault, and the fault. */
import type { Fault, Kind } from "./fault.ts";
import { children, parse, type Node } from "./syntax.ts";

const opposite: Record<string, string> = {
  "+": "-",
  "-": "+",
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "/=": "*=",
  add: "sub",
  sub: "add",
};
const shifted: Record<string, string> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
const ordered = ["-", "/", "%", "<<", ">>", "**"];
/** What has two arguments that may be exchanged: nothing has gone wrong then. */
const symmetric = /(^|\.)(min|max|hypot|modulus|add|mul|multiply)$|^(v128|[fi]\d+x\d+)\.(eq|ne|and|or|xor)$/; // prettier-ignore
const logical: Record<string, string> = { "&&": "||", "||": "&&" };
/** What is the same for a number and its negative. */
const even = /^(Math\.)?abs$/;

/** Types, texts of errors and calls that only say what went wrong: no fault there changes a result. */
const skipped = /^(TS(?!AsExpression|NonNull|Satisfies|TypeAssertion)|Import|Export(All|Default)|ThrowStatement|TemplateLiteral)/; // prettier-ignore

export function randomFaults(file: string, source: string): Fault[] {
  const faults: Fault[] = [];
  const text = (node: Node) => source.slice(node.start, node.end);
  const put = (kind: Kind, at: Node, replacement: string) =>
    faults.push({ kind, file, start: at.start, end: at.end, text: replacement });
  /** The operator between two operands. */
  const operator = (kind: Kind, left: Node, right: Node, from: string, to: string) => {
    const start = source.indexOf(from, left.end);
    if (start < right.start) faults.push({ kind, file, start, end: start + from.length, text: to });
  };

  const look = (node: Node, parent?: Node): void => {
    if (skipped.test(node.type)) return;
    const { left, right, test, argument } = node as unknown as Record<string, Node>;
    const own = node.operator as string;
    switch (node.type) {
      case "BinaryExpression":
        if (own in opposite && ![left!, right!].some(isText))
          operator("sign", left!, right!, own, opposite[own]!);
        if (own in shifted && !isCount(node, parent))
          operator("bound", left!, right!, own, shifted[own]!);
        if (
          ordered.includes(own) &&
          text(left!) !== text(right!) &&
          !(own === "-" && isEven(parent))
        )
          put("operands", node, `(${text(right!)}) ${own} (${text(left!)})`);
        break;
      case "AssignmentExpression":
        if (own in opposite && !isText(right!))
          operator("sign", left!, right!, own, opposite[own]!);
        break;
      case "UnaryExpression":
        if (own === "-") put("sign", node, `(${text(argument!)})`);
        if (own === "!") put("condition", node, `(${text(argument!)})`);
        break;
      case "MemberExpression": {
        const property = node.property as Node;
        const name = text(property);
        // v128.add, f64x2.sub: not the methods of collections and tensors.
        if (/^(v128|[fi]\d+x\d+)$/.test(text(node.object as Node)) && name in opposite)
          put("sign", property, opposite[name]!);
        break;
      }
      case "LogicalExpression":
        if (own in logical) operator("condition", left!, right!, own, logical[own]!);
        break;
      case "IfStatement":
      case "WhileStatement":
      case "ConditionalExpression":
        put("condition", test!, `!(${text(test!)})`);
        break;
      case "ForStatement":
        tail(node);
        break;
      case "Literal":
        constant(node);
        break;
      case "CallExpression":
        swapped(text(node.callee as Node), node.arguments as Node[]);
        break;
      case "ExpressionStatement":
        if (typeof node.directive !== "string") put("statement", node, ";");
        break;
    }
    const above = node.type === "ParenthesizedExpression" ? parent : node;
    for (const child of children(node)) look(child, above);
  };

  /**
   * Whether it counts the passes of a loop in TypeScript. One too many changes nothing there, since behind the end of a typed
   * array nothing is written; one too few is what `tail` makes.
   */
  const isCount = (node: Node, parent: Node | undefined): boolean =>
    !file.startsWith("assembly/") &&
    parent?.type === "ForStatement" &&
    (parent as unknown as { test: Node }).test === node;

  /** Whether what is made of a difference does not know its sign: a magnitude, a square. */
  const isEven = (parent: Node | undefined): boolean =>
    (parent?.type === "CallExpression" && even.test(text(parent.callee as Node))) ||
    (parent?.type === "BinaryExpression" &&
      parent.operator === "**" &&
      text(parent.right as Node) === "2");

  /** The last pass of a loop is left out. */
  function tail(node: Node): void {
    const { test, update } = node as unknown as Record<string, Node | null>;
    if (test?.type !== "BinaryExpression" || !["<", "<=", ">", ">="].includes(test.operator as string)) return; // prettier-ignore
    const index = test.left as Node;
    const first = update?.type === "SequenceExpression" ? (update.expressions as Node[])[0] : update; // prettier-ignore
    if (!first || text((first.argument ?? first.left ?? first) as Node) !== text(index)) return;
    const step = first.type === "UpdateExpression" ? "1" : text(first.right as Node);
    const sign = String(first.operator)[0];
    if (sign === "+" || sign === "-") put("tail", index, `(${text(index)} ${sign} (${step}))`);
  }

  function constant(node: Node): void {
    if (typeof node.value === "boolean") put("constant", node, String(!node.value));
    if (typeof node.value !== "number") return;
    const { value } = node;
    put("constant", node, Number.isInteger(value) && value < 2 ** 31 ? String(value + 1) : `(2 * ${text(node)})`); // prettier-ignore
  }

  function swapped(callee: string, args: Node[]): void {
    if (args.length === 2 && symmetric.test(callee)) return;
    for (const [i, one] of args.entries()) {
      const next = args[i + 1];
      if (one.type !== "Identifier" || next?.type !== "Identifier" || text(one) === text(next)) continue; // prettier-ignore
      faults.push({ kind: "operands", file, start: one.start, end: next.end, text: `${text(next)}, ${text(one)}` }); // prettier-ignore
      return;
    }
  }

  look(parse(file, source));
  return faults;
}

const isText = (node: Node): boolean =>
  node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string");
