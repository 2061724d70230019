/** Bars side by side by uPlot, a name below each. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { colour, inks } from "./chart.tsx";

interface Props {
  readonly title: string;
  readonly bars: readonly { readonly name: string; readonly value: number }[];
}

const HEIGHT = 300;

export function Bars({ title, bars }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = box.current!;
    const { ink, grid } = inks();
    const font = "11px system-ui";
    const plot = new uPlot(
      {
        width: place.clientWidth,
        height: HEIGHT,
        scales: { x: { time: false, range: [-0.6, bars.length - 0.4] }, y: { distr: 3 } },
        legend: { show: false },
        cursor: { show: false },
        axes: [
          {
            stroke: ink,
            font,
            size: 130,
            rotate: -60,
            grid: { show: false },
            ticks: { show: false },
            splits: () => bars.map((_, i) => i),
            values: () => bars.map(({ name }) => name),
          },
          {
            stroke: ink,
            font,
            size: 54,
            grid: { stroke: grid, width: 1 },
            label: "matMuls",
            labelSize: 18,
            labelFont: font,
          },
        ],
        series: [
          {},
          {
            fill: colour(0),
            stroke: colour(0),
            paths: uPlot.paths.bars!({ size: [0.6, 40] }),
            points: { show: false },
          },
        ],
      },
      [bars.map((_, i) => i), bars.map(({ value }) => value)],
      place,
    );
    const size = new ResizeObserver(() =>
      plot.setSize({ width: place.clientWidth, height: HEIGHT }),
    );
    size.observe(place);
    return () => {
      size.disconnect();
      plot.destroy();
    };
  }, [bars.map(({ name, value }) => `${name} ${value}`).join()]);
  return (
    <div
      class="chart"
      ref={box}
      role="img"
      aria-label={`${title}. ${bars.map(({ name, value }) => `${name}: ${value.toPrecision(2)}`).join("; ")}`}
    />
  );
}
