/** Loss and accuracy of all networks, step by step. */
import type { Standing } from "../lab/arena.ts";
import type { Training } from "../panels/training.ts";
import { Chart } from "./chart.tsx";
import { stepsOf } from "./player.tsx";

type Curve = "losses" | "accuracies";

/** @param marks steps to draw a line at */
export function Curves({ training, marks }: { training: Training; marks?: readonly number[] }) {
  const { nets, alive } = training;
  const x = Array.from({ length: alive.length && stepsOf(training) + 1 }, (_, i) => i);
  const lines = alive.flatMap((net) => {
    const colour = nets.indexOf(net);
    return [
      { name: net.name, values: smooth(net.losses), colour },
      { name: `${net.name}, accuracy`, values: smooth(net.accuracies), colour, right: true },
    ];
  });
  return (
    <figure>
      <figcaption>
        Loss (drawn through) and share classified right (dashed) of each batch, smoothed
      </figcaption>
      <Chart
        title={`${words("Loss", alive, "losses")}. ${words("Accuracy", alive, "accuracies")}`}
        x={x}
        xLabel="step"
        yLabel="loss"
        rightLabel="accuracy"
        log
        height={260}
        marks={marks}
        lines={lines}
      />
    </figure>
  );
}

/** The last loss, with all its digits for those who compare. */
export function Last({ of: { losses } }: { of: Standing }) {
  const loss = losses.at(-1);
  if (loss === undefined) return null;
  return (
    <p>
      last loss <data value={String(loss)}>{loss.toPrecision(4)}</data>
    </p>
  );
}

/** The last values in words, for those who do not see the chart. */
const words = (what: string, nets: readonly Standing[], of: Curve) =>
  `${what} by step. ${nets.map((net) => `${net.name}: ${smooth(net[of]).at(-1)!.toFixed(3)}`).join("; ")}`;

/** A running mean, in which a value counts 9 / 10 of the one after it. */
function smooth(values: Float32Array): Float32Array {
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    sum = 0.9 * sum + value;
    weight = 0.9 * weight + 1;
    return sum / weight;
  });
}
