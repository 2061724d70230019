/** Networks that differ in their initializers alone, side by side. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Standing } from "../lab/compare.ts";
import { lab } from "../lab.ts";
import {
  activations,
  kinds,
  optimizers,
  possible,
  ranges,
  sets,
  type Settings,
} from "../lab/settings.ts";
import { schemes } from "../lab/schemes.ts";
import { Chart } from "../parts/chart.tsx";
import { Choice, Flag, Quantity } from "../parts/controls.tsx";
import { Files } from "../parts/files.tsx";
import { Health } from "../parts/health.tsx";
import { Picture } from "../parts/picture.tsx";
import { Take } from "../parts/take.tsx";

export interface PanelProps {
  readonly settings: Settings;
  readonly change: (settings: Settings) => void;
}

/** Milliseconds of training between two pictures. */
const TICK = 120;

export function Compare({ settings, change }: PanelProps) {
  const [nets, show] = useState<readonly Standing[]>([]);
  const [points, setPoints] = useState<{ inputs: Float32Array; labels: Int32Array }>();
  const [said, say] = useState("Building the networks …");
  const [playing, setPlaying] = useState(false);
  const [layer, setLayer] = useState(0);
  const run = useRef(0);
  const set = (part: Partial<Settings>) => change(possible({ ...settings, ...part }));

  /** Shows standings; those without a look into the layers keep the last one. */
  const update = (next: readonly Standing[]) =>
    show((before) => next.map((net, i) => ({ ...net, layers: net.layers ?? before[i]?.layers })));

  const key = JSON.stringify(settings);
  useEffect(() => {
    const mine = ++run.current;
    setPlaying(false);
    say("Building the networks …");
    lab.compare(settings).then(
      ({ points, standings }) => {
        if (mine !== run.current) return;
        setPoints(points);
        show(standings);
        say("");
      },
      (error: Error) => mine === run.current && say(error.message),
    );
  }, [key]);

  useEffect(() => {
    if (!playing) return;
    let going = true;
    const go = async () => {
      while (going) {
        const next = await lab.train(TICK);
        if (going) update(next);
      }
      update(await lab.look());
    };
    go().catch((error: Error) => say(error.message));
    return () => void (going = false);
  }, [playing, key]);

  const alive = nets.filter((net) => !net.error);
  const steps = Math.max(0, ...alive.map((net) => net.losses.length));
  const layers = alive[0]?.layers ?? [];
  const at = Math.min(layer, Math.max(0, layers.length - 1));
  const deeper = alive.flatMap((net) =>
    net.layers?.[at] ? [{ net, look: net.layers[at], colour: nets.indexOf(net) }] : [],
  );
  const x = Array.from({ length: steps }, (_, i) => i + 1);
  const curve = (of: "losses" | "accuracies") =>
    alive.map((net) => ({ name: net.name, values: smooth(net[of]), colour: nets.indexOf(net) }));

  return (
    <>
      <p class="lead">
        The same network on the same samples in the same order: only the weights that it starts with
        differ.
      </p>
      <div class="bench">
        <form aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
          <Choice label="Data" value={settings.set} of={sets} set={(set_) => set({ set: set_ })} />
          {settings.set === "file" && <Files done={() => change({ ...settings })} />}
          <Choice
            label="Layers"
            value={settings.kind}
            of={points ? ["dense"] : kinds}
            set={(kind) => set({ kind })}
          />
          <Quantity
            label="Width"
            value={settings.width}
            range={ranges.width}
            set={(width) => set({ width })}
          />
          <Quantity
            label="Depth"
            value={settings.depth}
            range={ranges.depth}
            set={(depth) => set({ depth })}
          />
          <Choice
            label="Activation"
            value={settings.activation}
            of={activations}
            set={(activation) => set({ activation })}
          />
          <Flag label="Residual" value={settings.residual} set={(residual) => set({ residual })} />
          <Choice
            label="Optimizer"
            value={settings.optimizer}
            of={optimizers}
            set={(optimizer) => set({ optimizer })}
          />
          <Quantity
            label="Learning rate"
            value={settings.rate}
            range={ranges.rate}
            step="any"
            set={(rate) => set({ rate })}
          />
          <Quantity
            label="Batch"
            value={settings.batch}
            range={ranges.batch}
            set={(batch) => set({ batch })}
          />
          <Quantity
            label="Seed"
            value={settings.seed}
            range={ranges.seed}
            set={(seed) => set({ seed })}
          />
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
                      set({
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
        </form>
        <section aria-label="Networks">
          <div class="bar">
            <button class="primary" disabled={!alive.length} onClick={() => setPlaying(!playing)}>
              {playing ? "Pause" : "Play"}
            </button>
            <button
              disabled={playing || !alive.length}
              onClick={() => void lab.step().then(update, (error: Error) => say(error.message))}
            >
              Step
            </button>
            <button
              disabled={!alive.length}
              onClick={() => {
                setPlaying(false);
                void lab.rewind().then(update, (error: Error) => say(error.message));
              }}
            >
              Rewind
            </button>
            <output class="steps">{steps} steps</output>
            <Take settings={settings} />
          </div>
          <p class="status" role="status">
            {said}
          </p>
          <div class="charts">
            <figure>
              <figcaption>Loss of each batch, smoothed</figcaption>
              <Chart
                title={words("Loss", alive, "losses")}
                x={x}
                xLabel="step"
                yLabel="loss"
                log
                lines={curve("losses")}
              />
            </figure>
            <figure>
              <figcaption>Share of each batch that is classified right, smoothed</figcaption>
              <Chart
                title={words("Accuracy", alive, "accuracies")}
                x={x}
                xLabel="step"
                yLabel="accuracy"
                lines={curve("accuracies")}
              />
            </figure>
          </div>
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

/** The last values in words, for those who do not see the chart. */
const words = (what: string, nets: readonly Standing[], of: "losses" | "accuracies") =>
  `${what} by step. ` +
  nets
    .map(
      (net) =>
        `${net.name}: ${net[of].length ? smooth(net[of]).at(-1)!.toFixed(3) : "not trained yet"}`,
    )
    .join("; ");

const largest = (data: Float32Array) =>
  data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;

/** A running mean, in which a value counts 9 / 10 of the one after it. */
export function smooth(values: Float32Array): Float32Array {
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    sum = 0.9 * sum + value;
    weight = 0.9 * weight + 1;
    return sum / weight;
  });
}
