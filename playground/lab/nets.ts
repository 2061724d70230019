/** The network of some settings as a list of calls, which build.ts makes and which is printed here as code. */
import type { Settings } from "./settings.ts";
import { gains, type Maker, type Scheme } from "./schemes.ts";

/** One call of a factory of `tf.layers` on the outputs of others. */
export interface Call {
  readonly name: string;
  readonly factory: "input" | "dense" | "conv2d" | "add" | "flatten" | "averagePooling2d";
  readonly options: Readonly<Record<string, unknown>>;
  readonly of: readonly string[];
  /** Whether its kernel is initialized by the scheme. */
  readonly kernel?: boolean;
}

/** Hidden layers of one width, every second pair with a way around it if they are residual, and a layer of classes. */
export function calls(settings: Settings, shape: readonly number[], classes: number): Call[] {
  const { kind, width, depth, activation, residual } = settings;
  const list: Call[] = [{ name: "input", factory: "input", options: { shape }, of: [] }];
  const add = (call: Call): string => {
    list.push(call);
    return call.name;
  };
  let last = "input";
  if (kind === "dense" && shape.length > 1)
    last = add({ name: "flatten", factory: "flatten", options: {}, of: [last] });
  const hidden = (i: number, from: string) =>
    add({
      name: `hidden${i}`,
      factory: kind === "conv" ? "conv2d" : "dense",
      options:
        kind === "conv"
          ? { filters: width, kernelSize: 3, padding: "same", activation }
          : { units: width, activation },
      of: [from],
      kernel: true,
    });
  for (let i = 1; i <= depth; i++) {
    const next = hidden(i, last);
    last =
      residual && i > 1
        ? add({ name: `sum${i}`, factory: "add", options: {}, of: [last, next] })
        : next;
    // Half the pixels after the first two layers of a picture, which is what makes the others cheap.
    if (kind === "conv" && i <= 2)
      last = add({
        name: `pool${i}`,
        factory: "averagePooling2d",
        options: { poolSize: 2 },
        of: [last],
      });
  }
  if (kind === "conv") last = add({ name: "flatten", factory: "flatten", options: {}, of: [last] });
  add({
    name: "classes",
    factory: "dense",
    options: { units: classes, activation: "softmax" },
    of: [last],
    kernel: true,
  });
  return list;
}

/** The options of the scheme's initializer for the i-th kernel of a network. */
export function kernelOptions(
  { options, gain, random = true }: Maker,
  settings: Settings,
  call: Call,
  i: number,
) {
  const own = gain && call.name !== "classes" ? { gain: gains[settings.activation] ?? 1 } : {};
  return { ...options, ...own, ...(random && { seed: settings.seed + i }) };
}

/** The network as JavaScript that `build` would be, and the names that it imports from this package. */
export function print(
  settings: Settings,
  list: readonly Call[],
  { kernel }: Scheme,
): { code: string; imports: string[] } {
  let count = 0;
  const lines = list.map((call) => {
    const entries = Object.entries({ ...call.options, name: call.name }).map(
      ([key, value]) => `${key}: ${JSON.stringify(value)}`,
    );
    if (call.factory === "input") return `const input = tf.input({ ${entries.join(", ")} });`;
    if (call.kernel && kernel) {
      const options = JSON.stringify(kernelOptions(kernel, settings, call, count++)).replaceAll(
        /"(\w+)":/g,
        " $1: ",
      );
      const place = kernel.from === "tf.initializers" ? "tf.initializers." : "";
      entries.push(`kernelInitializer: ${place}${kernel.factory}(${options.replace("}", " }")})`);
    }
    const of = call.of.length > 1 ? `[${call.of.join(", ")}]` : call.of[0];
    return `const ${call.name} = tf.layers.${call.factory}({ ${entries.join(", ")} }).apply(${of});`;
  });
  return {
    code: [
      ...lines,
      `const model = tf.model({ inputs: input, outputs: ${list.at(-1)!.name} });`,
    ].join("\n"),
    imports: kernel?.from === "tfjs-initializers" ? [kernel.factory] : [],
  };
}
