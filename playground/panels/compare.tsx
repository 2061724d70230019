/** Networks that differ in their initializers alone, side by side. */
import { useState } from "preact/hooks";
import { lab } from "../lab.ts";
import type { Settings } from "../lab/settings.ts";
import { schemes } from "../lab/schemes.ts";
import { Chart } from "../parts/chart.tsx";
import { Curves, Last } from "../parts/curves.tsx";
import { Health } from "../parts/health.tsx";
import { Network } from "../parts/network.tsx";
import { Picture } from "../parts/picture.tsx";
import { Player } from "../parts/player.tsx";
import { Take } from "../parts/take.tsx";
import { useTraining } from "./training.ts";

export interface PanelProps {
  readonly settings: Settings;
  readonly change: (settings: Settings) => void;
}

export function Compare({ settings, change }: PanelProps) {
  const [layer, setLayer] = useState(0);
  const training = useTraining(() => lab.compare(settings), JSON.stringify(settings));
  const { nets, alive, points } = training;
  const layers = alive[0]?.layers ?? [];
  const at = Math.min(layer, Math.max(0, layers.length - 1));
  const deeper = alive.flatMap((net) =>
    net.layers?.[at] ? [{ net, look: net.layers[at], colour: nets.indexOf(net) }] : [],
  );
  return (
    <>
      <p class="lead">
        The same network on the same samples in the same order: only the weights that it starts with
        differ.
      </p>
      <div class="bench">
        <Network settings={settings} change={change}>
          <fieldset>
            <legend>Initializers (2 to 4)</legend>
            {Object.keys(schemes).map((name) => {
              const chosen = settings.schemes.includes(name);
              const full = settings.schemes.length >= 4;
              const few = settings.schemes.length <= 2;
              return (
                <label key={name} class="scheme">
                  <input
                    type="checkbox"
                    checked={chosen}
                    disabled={chosen ? few : full}
                    onChange={() =>
                      change({
                        ...settings,
                        schemes: chosen
                          ? settings.schemes.filter((other) => other !== name)
                          : [...settings.schemes, name],
                      })
                    }
                  />{" "}
                  {name}
                </label>
              );
            })}
          </fieldset>
        </Network>
        <section aria-label="Networks">
          <Player training={training}>
            <Take settings={settings} />
          </Player>
          <Curves training={training} />
          {layers.length > 1 && (
            <p class="field wide">
              <label for="layer">Layer looked into</label>
              <select
                id="layer"
                value={at}
                onChange={(event) => setLayer(Number(event.currentTarget.value))}
              >
                {layers.map(({ layer, shape }, i) => (
                  <option key={layer} value={i}>
                    {layer}, {shape.join(" × ")}
                  </option>
                ))}
              </select>
            </p>
          )}
          <div class="nets">
            {nets.map((net, i) => (
              <article key={net.name} style={`--net: var(--net-${(i % 4) + 1})`}>
                <h2>{net.name}</h2>
                <p class="why">{schemes[net.name]?.why}</p>
                {net.error ? (
                  <p class="error">{net.error}</p>
                ) : (
                  <>
                    <p>
                      <strong>{net.ms < 10 ? net.ms.toFixed(1) : Math.round(net.ms)} ms</strong> to
                      build and initialize
                    </p>
                    <Last of={net} />
                    <div class="pictures">
                      {points && net.decision && (
                        <figure>
                          <Picture
                            title={`What ${net.name} decides, point by point`}
                            rows={Math.sqrt(net.decision.length)}
                            cols={Math.sqrt(net.decision.length)}
                            data={net.decision.map((odds) => 2 * odds - 1)}
                            scale={1}
                            points={points}
                          />
                          <figcaption>decision</figcaption>
                        </figure>
                      )}
                      {net.layers?.[at] && (
                        <figure>
                          <Picture
                            title={`Weights of ${net.layers[at].layer}, ${net.name}`}
                            {...net.layers[at].weights}
                            scale={largest(net.layers[at].weights.data)}
                          />
                          <figcaption>weights of {net.layers[at].layer}</figcaption>
                        </figure>
                      )}
                    </div>
                  </>
                )}
              </article>
            ))}
          </div>
          {deeper.length > 0 && (
            <div class="charts">
              <figure>
                <figcaption>
                  Singular values of {deeper[0]!.look.layer}: flat is a rotation, steep loses
                  directions
                </figcaption>
                <Chart
                  title={`Singular values of ${deeper[0]!.look.layer}`}
                  x={Array.from(deeper[0]!.look.spectrum, (_, i) => i + 1)}
                  xLabel="number"
                  yLabel="singular value"
                  lines={deeper.map(({ net, look, colour }) => ({
                    name: net.name,
                    values: look.spectrum,
                    colour,
                  }))}
                />
              </figure>
              <figure>
                <figcaption>Outputs of {deeper[0]!.look.layer} on the samples</figcaption>
                <Histograms
                  of={deeper.map(({ net, look, colour }) => ({
                    name: net.name,
                    ...look.histogram,
                    colour,
                  }))}
                />
              </figure>
            </div>
          )}
          {alive.some((net) => net.layers) && <Health nets={alive} />}
        </section>
      </div>
    </>
  );
}

interface Histogram {
  readonly name: string;
  readonly edges: Float32Array;
  readonly counts: Float32Array;
  readonly colour: number;
}

/** Histograms of several networks over one axis, as shares. */
function Histograms({ of }: { of: readonly Histogram[] }) {
  const low = Math.min(...of.map(({ edges }) => edges[0]!));
  const high = Math.max(...of.map(({ edges }) => edges.at(-1)!));
  const x = Array.from({ length: 97 }, (_, i) => low + ((high - low) * i) / 96);
  const share = ({ edges, counts }: Histogram) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const width = edges[1]! - edges[0]!;
    return x.map((at) => {
      const bin = Math.floor((at - edges[0]!) / width);
      return bin < 0 || bin > counts.length
        ? 0
        : counts[Math.min(bin, counts.length - 1)]! / total / width;
    });
  };
  return (
    <Chart
      title="Histogram of outputs"
      x={x}
      xLabel="output"
      yLabel="density"
      stepped
      lines={of.map((one) => ({ name: one.name, values: share(one), colour: one.colour }))}
    />
  );
}

const largest = (data: Float32Array) =>
  data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
