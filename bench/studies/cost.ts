/** What initialization costs beside its peers: the cases of the bench, measured several times. */
import { measure, type Case, type Row } from "../harness.ts";
import haar from "../linalg/haar.ts";
import browser from "../tfjs/browser.ts";
import initializers from "../tfjs/initializers.ts";
import builds from "../tfjs/install.ts";
import { inChromium } from "../evidence/chromium.ts";
import type { Cell, Comparison, Experiment, Observation, Study } from "../study.ts";

/** Orthogonal matrices up to this order; stock TensorFlow.js takes minutes for larger ones. */
const LARGEST = 512;
const order = ({ name }: Case) => Math.max(...(name.match(/\d+/g) ?? []).map(Number));

const compared = initializers.filter(({ peers }) => peers);
const groups: Record<string, readonly Case[]> = {
  "building models": builds,
  initializers,
  "orthogonal matrices": haar.filter((one): one is Case => "unit" in one && order(one) <= LARGEST),
  "building models, Chromium": builds,
  "initializers, Chromium": compared,
  "from nothing, Chromium": browser,
};

interface Size {
  /** As in quick runs of the bench, which leave out what takes seconds: models are built by all peers nevertheless. */
  readonly short: boolean;
}

/** Ours has the name of the case, a peer its own behind it; the unit is within `units`. */
function observations(cell: Cell, { unit }: Case, rows: readonly Row[]): Observation[] {
  const { setting, method, seed } = cell;
  return rows.flatMap(({ by, time, perUnit, perOurs }, i): Observation[] => {
    if (time === undefined || by === unit.name) return [];
    if (i === 0) return [{ setting, method, seed, values: { ms: time, units: perUnit! } }];
    return [{ setting, method: `${method}: ${by}`, seed, values: { ms: time, slower: perOurs! } }];
  });
}

async function run(cell: Cell, { short }: Size): Promise<Observation[]> {
  const { setting, method } = cell;
  const one = groups[setting]!.find(({ name }) => name === method)!;
  const slow = setting.startsWith("building") && (one.peers?.some(({ slow }) => slow) ?? false);
  const inPage = setting.endsWith("Chromium") && one.start !== undefined && !browser.includes(one);
  const quick = short || !slow;
  return observations(cell, one, await (inPage ? inChromium(method, quick) : measure(one, quick)));
}

export const experiment: Experiment<Size> = {
  methods: Object.fromEntries(
    Object.entries(groups).map(([group, cases]) => [group, cases.map(({ name }) => name)]),
  ),
  seeds: { quick: 1, usual: 3, full: 5 },
  sizes: { quick: { short: true }, usual: { short: false }, full: { short: false } },
  run,
};

/** Bars of the bench against peers, and those in units. */
const fasterThanPeers = (group: string): Comparison[] =>
  groups[group]!.flatMap(({ name, peers = [] }) =>
    peers.flatMap((peer) =>
      peer.bar
        ? { settings: [group], of: { method: `${name}: ${peer.name}`, measure: "slower" }, over: peer.bar } // prettier-ignore
        : [],
    ),
  );
const withinUnits = (group: string): Comparison[] =>
  groups[group]!.flatMap(({ name, bar }) =>
    bar ? { settings: [group], of: { method: name, measure: "units" }, over: bar, less: true } : [],
  );

const claims = (
  groups: readonly string[],
  text: string,
  comparisons: (group: string) => Comparison[],
) =>
  // prettier-ignore
  groups.map((group) => ({
    text: text + (group.endsWith("Chromium") ? ", in Chromium, too" : ""),
    source: "ours",
    comparisons: comparisons(group),
  }));

export default {
  id: "initialization-cost",
  title: "Initialization: what it costs",
  about: `Cases of \`npm run bench\`, measured anew for each seed: our code, a unit of cost and peers take turns in one process, and ratios are medians over the rounds. _units_ is the time in units of
one \`tf.matMul\` of the same size (wasm backend, SIMD, one thread); from nothing in Chromium, in units of the import of a file of that size without kernels. _peer / ours_ is how
many times as long a peer takes. Models are built with \`install\` and initializers of this package, or as stock TensorFlow.js does it.

In Node and in headless Chromium. What stock TensorFlow.js needs minutes for, orthogonal matrices above ${LARGEST}, is left out. Native peers are listed where the machine has them.`,
  share: 16,
  experiment,
  claims: [
    ...claims(["building models", "building models, Chromium"], "An LSTM of 256 units is built 20 times as fast as by stock TensorFlow.js with the same weights, and 50 times with our own", fasterThanPeers),
    ...claims(["initializers", "initializers, Chromium"], "Truncated normal weights are drawn 8 times as fast as by stock TensorFlow.js", fasterThanPeers),
    ...claims(["initializers"], "No initializer that needs no SVD costs more than two products of its size", withinUnits),
    ...claims(["orthogonal matrices"], "A random orthogonal matrix costs about as much as a product of its size, less for large ones", withinUnits),
  ],
  columns: [
    { measure: "ms", title: "ms" },
    { measure: "units", title: "units" },
    { measure: "slower", title: "peer / ours" },
  ],
  charts: [
    { kind: "points", measure: "slower", title: "time of a peer over ours", log: true },
    { kind: "points", measure: "units", title: "time in units", log: true },
  ],
} satisfies Study; // prettier-ignore
