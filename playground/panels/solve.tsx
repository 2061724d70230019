/** Weights that are solved for instead of trained: from samples, and a head for classes of the visitor's own. */
import { lab } from "../lab.ts";
import { Curves, Last } from "../parts/curves.tsx";
import { Network } from "../parts/network.tsx";
import { Player } from "../parts/player.tsx";
import type { PanelProps } from "./compare.tsx";
import { Teach } from "./teach.tsx";
import { useTraining } from "./training.ts";

const SCHEMES = ["glorotUniform, stock", "orthogonal", "from data"];

export function Solve({ settings, change }: PanelProps) {
  const key = JSON.stringify({ ...settings, schemes: undefined });
  const training = useTraining(() => lab.compare({ ...settings, schemes: SCHEMES }), key);
  return (
    <>
      <p class="lead">
        A linear layer has a best solution, which a few equations give at once. Draw examples of
        classes of your own, and the last layer of a network is solved anew with each; or let all
        layers begin with what the samples say.
      </p>
      <Teach />
      <h2>All layers from samples</h2>
      <p class="lead">
        <code>initializeFromData(model, xs, {"{ ys }"})</code> sets the hidden layers by what enters
        them and solves the last one for the classes, before the first step of training.
      </p>
      <div class="bench">
        <Network settings={settings} change={change} />
        <section aria-label="Networks">
          <Player training={training} />
          <Curves training={training} />
          <div class="nets">
            {training.nets.map((net, i) => (
              <article key={net.name} style={`--net: var(--net-${(i % 4) + 1})`}>
                <h3>{net.name}</h3>
                {net.error ? <p class="error">{net.error}</p> : <Last of={net} />}
                {net.report && (
                  <pre tabIndex={0} aria-label="Report">
                    {net.report}
                  </pre>
                )}
              </article>
            ))}
          </div>
        </section>
      </div>
    </>
  );
}
