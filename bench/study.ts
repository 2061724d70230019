/**
 * The form of a study: an experiment that compares methods by the quality of their results, claims of papers about these
 * results, and how the results are shown. `npm run report` computes and writes all studies (bench/evidence); examples
 * train by the same functions.
 */

/** How much is computed: for a first look, in the committed tables, or as long as it takes. */
export type Scale = "quick" | "usual" | "full";

/** The smallest unit that is computed and kept. All random draws follow from the seed, the same for every method. */
export interface Cell {
  /** The network, the data or whatever else is varied. */
  readonly setting: string;
  readonly method: string;
  readonly seed: number;
}

/** What is measured; an array is a curve. */
export type Values = Readonly<Record<string, number | readonly number[]>>;

export interface Observation extends Cell {
  readonly values: Values;
}

/** What is computed. Nothing here knows the claims. */
export interface Experiment<Size = unknown> {
  /** The methods of each setting. */
  readonly methods: Readonly<Record<string, readonly string[]>>;
  readonly seeds: Readonly<Record<Scale, number>>;
  /** Everything else that a scale changes: numbers of samples, steps, networks. */
  readonly sizes: Readonly<Record<Scale, Size>>;
  /** The data that the results depend on, from a directory or drawn; without it the experiment draws all it needs. */
  data?(directory?: string): string;
  /** One observation, or several where a cell trains networks side by side. */
  run(cell: Cell, size: Size, directory?: string): Promise<Observation[]>;
}

/** A number of an observation: a measure, or one of another method with the same setting and seed. */
export interface Side {
  readonly method: string;
  readonly measure: string;
}

/** That `of` exceeds `over` by more than `by`: over the seeds, with the draws of each seed in common. */
export interface Comparison {
  /** All settings of the study that have the methods, unless named. */
  readonly settings?: readonly string[];
  readonly of: Side;
  readonly over: Side | number;
  /** Whether less is better: `over` should exceed `of`. */
  readonly less?: boolean;
  /** The difference as a share of `over`. */
  readonly relative?: boolean;
  /** The difference that is claimed; default 0. */
  readonly by?: number;
  /** The smallest difference that counts, fixed before the study was run; default `by`. */
  readonly counts?: number;
}

export interface Claim {
  readonly text: string;
  /** Paper and section, or "ours". */
  readonly source: string;
  /** All of them must hold in all their settings. */
  readonly comparisons: readonly Comparison[];
}

/** A column of the table: mean and standard deviation of a measure, times `factor`. */
export interface Column {
  readonly measure: string;
  readonly title: string;
  readonly factor?: number;
  readonly digits?: number;
}

export interface Chart extends Column {
  /** Means with their spread for each method, or mean curves. */
  readonly kind: "points" | "curves";
  /** Of curves: what is counted along them, and the number of the first point. */
  readonly along?: string;
  readonly from?: number;
  readonly log?: boolean;
}

export interface Study {
  /** File name of its page. */
  readonly id: string;
  readonly title: string;
  /** Markdown: the question, the networks and data, and by which rule rates and other constants are chosen. */
  readonly about: string;
  /** Its share of the time, against those of the other studies. */
  readonly share: number;
  readonly experiment: Experiment;
  readonly claims: readonly Claim[];
  readonly columns: readonly Column[];
  readonly charts: readonly Chart[];
}

/** The cells in the order in which they are computed: seed by seed, so that a study cut short compares whole seeds. */
export function cellsOf({ methods, seeds }: Experiment, scale: Scale): Cell[] {
  return Array.from({ length: seeds[scale] }, (_, seed) =>
    Object.entries(methods).flatMap(([setting, names]) =>
      names.map((method) => ({ setting, method, seed })),
    ),
  ).flat();
}

export const sameCell = (a: Cell, b: Cell): boolean =>
  a.setting === b.setting && a.method === b.method && a.seed === b.seed;

/** The observation of a cell that makes a single one. */
export const observed = ({ setting, method, seed }: Cell, values: Values): Observation[] => [
  { setting, method, seed, values },
];
