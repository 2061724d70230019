/** The charts of a study as Vega-Lite descriptions: means with their spread, or mean curves, a panel for each setting. */
import { mean } from "simple-statistics";
import type { TopLevelSpec } from "vega-lite";
import type { Chart, Observation, Study } from "../study.ts";

const COLUMNS = 3;

export function spec(study: Study, chart: Chart, observations: readonly Observation[]) {
  const settings = Object.keys(study.experiment.methods);
  const methods = [...new Set(observations.map(({ method }) => method))];
  const shared = { settings: settings.filter((one) => observations.some(({ setting }) => setting === one)), methods }; // prettier-ignore
  return chart.kind === "curves" ? curves(chart, observations, shared) : points(chart, observations, shared); // prettier-ignore
}

interface Order {
  readonly settings: readonly string[];
  readonly methods: readonly string[];
}

const config = {
  background: "white",
  axis: { labelLimit: 260, labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal" },
  header: { labelFontSize: 12, labelFontWeight: "bold", titleFontSize: 12 },
  legend: { labelLimit: 260, labelFontSize: 11 },
} as const;

function panels(settings: readonly string[]) {
  const facet = { field: "setting", type: "nominal", title: null, sort: settings } as const;
  return { facet, columns: Math.min(COLUMNS, settings.length) };
}

/** A dot at the mean of the seeds, and a line from the least to the largest. */
function points(
  chart: Chart,
  observations: readonly Observation[],
  { settings, methods }: Order,
): TopLevelSpec {
  // prettier-ignore
  const { measure, title, factor = 1, log } = chart;
  const values = observations.flatMap(
    ({ setting, method, values }) =>
    typeof values[measure] === "number" ? [{ setting, method, value: factor * values[measure] }] : [], // prettier-ignore
  );
  const y = { field: "method", type: "nominal", sort: methods, title: null } as const;
  const x = { field: "value", type: "quantitative", title, scale: { zero: false, type: log ? "log" : "linear" } } as const; // prettier-ignore
  return {
    config,
    data: { values },
    ...panels(settings),
    spec: {
      width: 230,
      height: { step: 17 },
      layer: [
        {
          mark: { type: "rule", strokeWidth: 2, color: "#9ecae9" },
          encoding: { y, x: { ...x, aggregate: "min" }, x2: { field: "value", aggregate: "max" } },
        },
        {
          mark: { type: "point", filled: true, size: 55, opacity: 1, color: "#1f4e79" },
          encoding: { y, x: { ...x, aggregate: "mean" } },
        },
      ],
    },
    resolve: { scale: { x: "independent", y: "independent" } },
  } as TopLevelSpec;
}

/** The mean curve of each method. */
function curves(
  chart: Chart,
  observations: readonly Observation[],
  { settings, methods }: Order,
): TopLevelSpec {
  // prettier-ignore
  const { measure, title, factor = 1, along = "epoch", from = 1, log } = chart;
  const values = settings.flatMap((setting) =>
    methods.flatMap((method) => {
      const own = observations.filter((one) => one.setting === setting && one.method === method);
      const all = own.flatMap(({ values }) => (Array.isArray(values[measure]) ? [values[measure] as number[]] : [])); // prettier-ignore
      const length = Math.min(...all.map((curve) => curve.length));
      if (all.length === 0) return [];
      return Array.from({ length }, (_, i) => ({
        ...{ setting, method, at: i + from },
        value: factor * mean(all.map((curve) => curve[i]!)),
      }));
    }),
  );
  return {
    config,
    data: { values },
    ...panels(settings),
    spec: {
      width: 250,
      height: 190,
      mark: { type: "line", point: { size: 14 }, clip: true },
      encoding: {
        x: { field: "at", type: "quantitative", title: along, axis: { grid: false, tickMinStep: 1 } }, // prettier-ignore
        y: { field: "value", type: "quantitative", title, scale: { zero: false, type: log ? "log" : "linear" } }, // prettier-ignore
        color: { field: "method", type: "nominal", title: null, sort: methods, scale: { scheme: "tableau10" } }, // prettier-ignore
      },
    },
    resolve: { scale: { x: "independent", y: "independent" } },
  } as TopLevelSpec;
}
