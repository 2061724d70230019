/** Lines and bars by uPlot, in the colours of the page. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

export interface Line {
  readonly name: string;
  /** A number for every x; NaN where there is none. */
  readonly values: ArrayLike<number>;
  /** Position in the palette. */
  readonly colour: number;
  /** Whether it is drawn dashed, by the axis on the right. */
  readonly right?: boolean;
}

interface Props {
  /** What the chart shows, for those who do not see it. */
  readonly title: string;
  readonly x: ArrayLike<number>;
  readonly lines: readonly Line[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** What the axis on the right measures, from 0 to 1. */
  readonly rightLabel?: string;
  readonly log?: boolean;
  readonly stepped?: boolean;
  readonly height?: number;
  /** Where to draw a vertical line. */
  readonly marks?: readonly number[];
}

const style = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The colour of the i-th network. */
export const colour = (i: number) => style(`--net-${(i % 4) + 1}`);

/** The colours of words and of lines. */
export const inks = () => ({ ink: style("--ink-soft"), grid: style("--line") });

export function Chart({
  title,
  x,
  lines,
  xLabel,
  yLabel,
  rightLabel,
  log = false,
  stepped = false,
  height = 220,
  marks = [],
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const marked = useRef(marks);
  marked.current = marks;
  const names = lines.map((line) => `${line.name}${line.colour}`).join("\n");
  const data = [
    x,
    ...lines.map((line) => positive(line.values, log && !line.right)),
  ] as unknown as uPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const draw = () => {
      plot.current?.destroy();
      const { ink, grid } = inks();
      const axis = (label: string) => ({
        label,
        stroke: ink,
        grid: { stroke: grid, width: 1 },
        ticks: { stroke: grid },
        labelSize: 18,
        labelFont: "12px system-ui",
        font: "11px system-ui",
      });
      plot.current = new uPlot(
        {
          width: box.current!.clientWidth,
          height,
          scales: {
            x: { time: false },
            y: { distr: log ? 3 : 1 },
            right: { range: [0, 1.02] },
          },
          axes: [
            { ...axis(xLabel), size: 34 },
            { ...axis(yLabel), size: 54 },
            ...(rightLabel
              ? [{ ...axis(rightLabel), scale: "right", side: 1, size: 44, grid: { show: false } }]
              : []),
          ],
          legend: { live: false },
          cursor: { drag: { x: false, y: false } },
          hooks: {
            draw: [
              ({ ctx, bbox, valToPos }) => {
                ctx.strokeStyle = ink;
                for (const mark of marked.current) {
                  const at = valToPos(mark, "x", true);
                  ctx.beginPath();
                  ctx.moveTo(at, bbox.top);
                  ctx.lineTo(at, bbox.top + bbox.height);
                  ctx.stroke();
                }
              },
            ],
          },
          series: [
            { label: xLabel },
            ...lines.map((line) => ({
              label: line.name,
              stroke: colour(line.colour),
              width: 2,
              scale: line.right ? "right" : "y",
              dash: line.right ? [3, 5] : undefined,
              points: { show: (plot: uPlot) => plot.data[0].length === 1 },
              paths: stepped ? uPlot.paths.stepped!({ align: 1 }) : undefined,
            })),
          ],
        },
        latest.current,
        box.current!,
      );
    };
    draw();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    const place = box.current!;
    const size = new ResizeObserver(() =>
      plot.current?.setSize({ width: place.clientWidth, height }),
    );
    size.observe(place);
    return () => {
      dark.removeEventListener("change", draw);
      size.disconnect();
      plot.current?.destroy();
    };
  }, [names, log, stepped, height, xLabel, yLabel, rightLabel]);

  useEffect(() => plot.current?.setData(data), [data]);
  return <div class="chart" ref={box} role="img" aria-label={title} />;
}

/** On a logarithmic axis there is no zero. */
const positive = (values: ArrayLike<number>, log: boolean) =>
  Array.from(values, (value) => (Number.isFinite(value) && !(log && value <= 0) ? value : null));
