/**
 * The dying-relu study: how often is a narrow relu network dead before it is trained, and how often does it
 * learn |x|? With the initializations of He and Glorot, orthogonal ones, RAI (Lu et al., arXiv 1903.06733), and
 * lps of this package. He's and Glorot's weights differ by a factor, which a relu network without biases does not
 * notice: they die together.
 *
 *   npm run example:lps                            a few minutes on one core
 *   npm run example:lps -- --nets 1000 --trained 50 --steps 1000
 *   npm run example:lps -- --plot build/lps.svg --seed 1
 *
 * --nets networks for each probability, --trained networks for each success rate, --steps of Adam.
 */
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import {
  bornDead,
  line,
  METHODS,
  pictures,
  seedsFrom,
  type Deaths,
  type Inputs,
  type Method,
} from "./lpsNets.ts";
import { drawRows, lesson, train, type Outcome } from "./lps-train.ts";
import { plot } from "./plot.ts";

const { values: options } = parseArgs({
  options: {
    nets: { type: "string", default: "10000" },
    trained: { type: "string", default: "200" },
    steps: { type: "string", default: "2500" },
    seed: { type: "string", default: "0" },
    plot: { type: "string", default: "build/lps.svg" },
  },
});
const count = (name: "nets" | "trained" | "steps" | "seed", least: number): number => {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < least || value >= 2 ** 20) {
    throw new Error(`--${name}: expected an integer from ${least}, got ${options[name]}`);
  }
  return value;
};
const [nets, trained, steps, seed] = [
  count("nets", 1),
  count("trained", 1),
  count("steps", 1),
  count("seed", 0),
];

const DEPTHS = [10, 20, 50];
const WIDTHS = [2, 3, 4, 8];
const CHANNELS = [1, 2];
const [DEEPEST, POINTS] = [50, 101];
const [PICTURES, SIDES] = [4, [2, 8]];
const [TRAINED_WIDTH, TRAINED_DEPTH] = [2, 10];

/** Runs a job that says how far it is. */
async function follow<T>(title: string, total: number, job: Generator<number, T>): Promise<T> {
  const format = `${title.padEnd(36)} {bar} {value}/{total}, {duration_formatted}`;
  const bar = new SingleBar({ format, noTTYOutput: true, notTTYSchedule: 5000, barsize: 24 });
  bar.start(total, 0);
  for (;;) {
    const { value, done } = job.next();
    if (done) {
      bar.stop();
      return value;
    }
    bar.update(value);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Study {
  readonly name: string;
  readonly units: number;
  readonly isDense: boolean;
  readonly deaths: Record<Method, Deaths>;
}

async function study(name: string, units: number, inputs: Inputs): Promise<Study> {
  const deaths = {} as Record<Method, Deaths>;
  for (const method of METHODS) {
    const job = bornDead(method, units, DEEPEST, nets, inputs, seedsFrom(seed));
    deaths[method] = await follow(`${name}, ${method}`, nets, job);
  }
  return { name, units, isDense: inputs.patch.length === 1, deaths };
}

/** Lu et al., theorem 3.3, for symmetric weights and no bias: 1 − (1 − 2^-N)^L. It is not for convolutions. */
const symmetricBound = (units: number, depth: number): number => 1 - (1 - 2 ** -units) ** depth;

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;

function deathTable(studies: readonly Study[]): string {
  const table = new Table({
    head: ["networks", "depth", "symmetric bound", ...METHODS, "LPS bound"],
    colAligns: ["left", ...Array<"right">(8).fill("right")],
    style: { head: [], border: [] },
  });
  for (const { name, units, isDense, deaths } of studies) {
    for (const depth of DEPTHS) {
      table.push([
        name,
        depth,
        isDense ? percent(symmetricBound(units, depth)) : "",
        ...METHODS.map((method) => percent(deaths[method].dead[depth - 1]!)),
        percent(deaths.LPS.bound[depth - 1]!),
      ]);
    }
  }
  return table.toString();
}

function trainingTable(outcomes: ReadonlyMap<Method, Outcome>): string {
  const table = new Table({
    head: ["initialization", "learns |x|", "constant"],
    colAligns: ["left", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const [method, { success, collapsed }] of outcomes) {
    table.push([method, percent(success), percent(collapsed)]);
  }
  return table.toString();
}

function curves(studies: readonly Study[]) {
  return studies.flatMap(({ name, units, isDense, deaths }) => {
    const curve = (method: string, value: (layer: number) => number) =>
      Array.from({ length: DEEPEST }, (_, layer) => ({
        panel: name,
        method,
        depth: layer + 1,
        dead: value(layer),
      }));
    const bound = curve("symmetric bound", (layer) => symmetricBound(units, layer + 1));
    return [
      ...METHODS.flatMap((method) => curve(method, (layer) => deaths[method].dead[layer]!)),
      ...(isDense ? bound : []),
      ...curve("LPS bound", (layer) => deaths.LPS.bound[layer]!),
    ];
  });
}

console.log(
  `Born dead: ${nets} networks each, of relu layers, on ${POINTS} points of [−√3, √3]; convolutions are 3 x 3 on ${PICTURES} Gaussian pictures.`,
);
const studies: Study[] = [];
for (const width of WIDTHS) studies.push(await study(`width ${width}`, width, line(POINTS)));
for (const side of SIDES) {
  for (const channels of CHANNELS) {
    const name = `conv ${channels} on ${side} x ${side}`;
    studies.push(await study(name, channels, pictures(PICTURES, side, seed)));
  }
}
console.log(deathTable(studies));

console.log(
  `\nTraining on |x|: ${trained} networks each, ${TRAINED_DEPTH} relu layers of width ${TRAINED_WIDTH}, ${steps} steps.`,
);
const outcomes = new Map<Method, Outcome>();
for (const method of METHODS) {
  const seeds = seedsFrom(seed);
  const batches = lesson(Math.abs, steps, seeds());
  const networks = Array.from({ length: trained }, () => drawRows(method, TRAINED_WIDTH, TRAINED_DEPTH, seeds)); // prettier-ignore
  const job = train(networks, batches);
  outcomes.set(method, await follow(`|x|, ${method}`, trained, job));
}
console.log(trainingTable(outcomes));

const LINES = [...METHODS, "symmetric bound", "LPS bound"];
await plot(options.plot, {
  title: "Relu networks that are dead before training",
  data: { values: curves(studies) },
  facet: { field: "panel", type: "nominal", title: null, sort: studies.map(({ name }) => name) },
  columns: 4,
  spec: {
    width: 220,
    height: 170,
    mark: { type: "line", clip: true },
    encoding: {
      x: { field: "depth", type: "quantitative", title: "layers" },
      y: {
        field: "dead",
        type: "quantitative",
        title: "dead",
        axis: { format: "%" },
        scale: { domain: [0, 1] },
      },
      color: {
        field: "method",
        type: "nominal",
        title: null,
        scale: {
          domain: LINES,
          range: ["#4c78a8", "#9ecae9", "#72b7b2", "#f58518", "#d62728", "#888888", "#d62728"],
        },
      },
      strokeDash: {
        field: "method",
        type: "nominal",
        title: null,
        scale: {
          domain: LINES,
          range: [
            [1, 0],
            [4, 4],
            [1, 0],
            [1, 0],
            [1, 0],
            [2, 3],
            [2, 3],
          ],
        },
      },
    },
  },
});
