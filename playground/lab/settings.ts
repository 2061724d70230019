/** What a visitor chooses, and its way into the address of the page and back. */
import { schemes } from "./schemes.ts";

export const sets = ["spirals", "circles", "checkerboard", "digits", "file"] as const;
export const kinds = ["dense", "conv"] as const;
export const activations = ["relu", "tanh", "gelu", "elu", "selu", "sigmoid", "linear"] as const;
export const optimizers = ["sgd", "momentum", "adam"] as const;

export interface Settings {
  readonly set: (typeof sets)[number];
  readonly kind: (typeof kinds)[number];
  /** Units or channels of every hidden layer. */
  readonly width: number;
  /** Number of hidden layers. */
  readonly depth: number;
  readonly activation: (typeof activations)[number];
  readonly residual: boolean;
  readonly optimizer: (typeof optimizers)[number];
  readonly rate: number;
  readonly batch: number;
  readonly seed: number;
  /** Names of two to four initializers. */
  readonly schemes: readonly string[];
}

export const defaults: Settings = {
  set: "spirals",
  kind: "dense",
  width: 16,
  depth: 6,
  activation: "tanh",
  residual: false,
  optimizer: "adam",
  rate: 0.003,
  batch: 32,
  seed: 1,
  schemes: ["glorotUniform, stock", "orthogonal", "from data"],
};

/** The greatest and the least of every number. */
export const ranges = {
  width: [2, 128],
  depth: [1, 20],
  rate: [1e-4, 1],
  batch: [1, 256],
  seed: [0, 2 ** 31 - 1],
} as const;

const choices = { set: sets, kind: kinds, activation: activations, optimizer: optimizers } as const;

/** The settings as the part of an address behind #; what is as by default is left out. */
export function toHash(settings: Settings): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    const text = Array.isArray(value) ? value.join("|") : String(value);
    const own = defaults[name as keyof Settings];
    if (text !== (Array.isArray(own) ? own.join("|") : String(own))) words.set(name, text);
  }
  return words.toString();
}

/** The settings of an address; whatever it says that cannot be is as by default. */
export function fromHash(hash: string): Settings {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const found: Record<string, unknown> = {};
  for (const [name, [low, high]] of Object.entries(ranges)) {
    const value = words.has(name) ? Number(words.get(name)) : NaN;
    if (value >= low && value <= high && (name === "rate" || Number.isInteger(value)))
      found[name] = value;
  }
  for (const [name, list] of Object.entries(choices)) {
    if ((list as readonly string[]).includes(words.get(name) ?? "")) found[name] = words.get(name);
  }
  if (words.has("residual")) found.residual = words.get("residual") === "true";
  const chosen = (words.get("schemes") ?? "").split("|").filter((name) => name in schemes);
  if (chosen.length >= 2) found.schemes = [...new Set(chosen)].slice(0, 4);
  // A file is not part of an address.
  if (found.set === "file") delete found.set;
  return possible({ ...defaults, ...found });
}

/** The settings nearest to these that can be: points in a plane have no neighbours to convolve with. */
export function possible(settings: Settings): Settings {
  const flat = !["digits", "file"].includes(settings.set);
  return flat && settings.kind === "conv" ? { ...settings, kind: "dense" } : settings;
}
