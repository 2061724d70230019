/** Play, pause, step, rewind. */
import type { Training } from "../panels/training.ts";

export function Player({
  training,
  children,
}: {
  training: Training;
  children?: preact.ComponentChildren;
}) {
  const { alive, playing, play, step, rewind, said } = training;
  return (
    <>
      <div class="bar">
        <button class="primary" disabled={!alive.length} onClick={() => play(!playing)}>
          {playing ? "Pause" : "Play"}
        </button>
        <button disabled={playing || !alive.length} onClick={() => void step()}>
          Step
        </button>
        <button disabled={!alive.length} onClick={() => void rewind()}>
          Rewind
        </button>
        <output class="steps">{stepsOf(training)} steps</output>
        {children}
      </div>
      <p class="status" role="status">
        {said}
      </p>
    </>
  );
}

export const stepsOf = ({ alive }: Training) =>
  Math.max(0, ...alive.map((net) => net.losses.length - 1));
