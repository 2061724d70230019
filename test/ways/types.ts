/** Compilers. What publint and arethetypeswrong say of the package, test/package.ts asks. */
import type { Project } from "./project.ts";
import type { Way } from "./way.ts";

/** What users write of the kernels alone, which needs no types of TensorFlow.js. */
const kernels = `
import { haar, matmul, normal, qr, svd, ArgumentError, type Matrix } from "tfjs-initializers/linalg";
const { q, r } = qr(normal(7, 5, { seed: 1 }), { mode: "reduced", positive: true });
const back: Matrix = matmul(q, r, { transposeA: false });
const kernel: Float32Array | Float64Array = haar(3, 3, { seed: 2, dtype: "float64" }).data;
export const shape: number[] = [back.rows, back.cols, kernel.length, svd(back).s.length];
export const isOurs = (error: unknown): boolean => error instanceof ArgumentError;
`;

/** The kinds of `moduleResolution`, each with the `module` that goes with it. */
const modules = { node16: "node16", nodenext: "nodenext", bundler: "esnext", node10: "esnext" };
type Resolution = keyof typeof modules;

/**
 * Checks kernels.ts with all that it imports; and app.ts, whose errors may only lie in other packages' declarations:
 * those of TensorFlow.js pass no compiler, and some clash with the compiler's own.
 */
function check(project: Project, tsc: string, moduleResolution: Resolution): string {
  const errors = (file: string) => {
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: false, target: "es2022", types: [] },
      ...{ lib: ["es2022", "dom"], module: modules[moduleResolution], moduleResolution },
    };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: [file] }));
    try {
      project.sh(`node "${tsc}"`);
      return [];
    } catch (error) {
      const lines = (error as Error).message.split("\n").filter((line) => /error TS\d/.test(line));
      if (lines.length === 0) throw error;
      return lines;
    }
  };
  const found = errors("app.ts");
  const ours = found.filter((line) => !/^[^(]*node_modules\/(?!tfjs-initializers\/)/.test(line));
  const wrong = [...errors("kernels.ts"), ...ours];
  if (wrong.length > 0) throw new Error(`${moduleResolution}\n${wrong.join("\n")}`);
  return `${moduleResolution} (of others, ${found.length} errors)`;
}

const compiler = (version: string, names: Resolution[]): Way => ({
  name: `TypeScript ${version}`,
  tools: [`typescript@${version}`],
  files: { "kernels.ts": kernels },
  run: (project) =>
    names.map((name) => check(project, "node_modules/typescript/bin/tsc", name)).join(", "),
});

export const types: Way[] = [
  compiler("7.0", ["node16", "nodenext", "bundler"]), // it no longer knows node10
  compiler("5.9", ["node16", "nodenext", "bundler", "node10"]),
  compiler("5.0", ["node16", "nodenext", "bundler", "node10"]),
];
