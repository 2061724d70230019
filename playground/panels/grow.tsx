/** A network that gets new units in the middle of its training. */
import { useEffect, useState } from "preact/hooks";
import { lab } from "../lab.ts";
import { methods, type Event, type Growing } from "../lab/growing.ts";
import { Choice, Quantity } from "../parts/controls.tsx";
import { Curves, Last } from "../parts/curves.tsx";
import { Network } from "../parts/network.tsx";
import { Picture } from "../parts/picture.tsx";
import { Player } from "../parts/player.tsx";
import type { PanelProps } from "./compare.tsx";
import { useTraining } from "./training.ts";

/** Units of the big network for each unit of the small one. */
const TIMES = 2;

export function Grow({ settings, change }: PanelProps) {
  const key = JSON.stringify({ ...settings, schemes: undefined });
  const training = useTraining(() => lab.growth(settings, TIMES), key);
  const { nets, alive, points, update, say } = training;
  const [growing, setGrowing] = useState<Growing>({ layer: "", units: 8, method: "gradmax" });
  const [events, setEvents] = useState<readonly Event[]>([]);
  useEffect(() => setEvents([]), [key]);
  const set = (part: Partial<Growing>) => setGrowing({ ...growing, ...part });
  const hidden = (alive[0]?.layers ?? [])
    .map((look) => look.layer)
    .filter((name) => name !== "classes");
  const layer = hidden.includes(growing.layer) ? growing.layer : (hidden[0] ?? "");

  const press = async () => {
    say("Growing …");
    try {
      const { event, standings } = await lab.grow({ ...growing, layer });
      update(standings);
      setEvents((before) => [...before, event]);
      say("");
    } catch (error) {
      say((error as Error).message);
    }
  };

  return (
    <>
      <p class="lead">
        One network gets new units while it trains, and computes the same function as before. Beside
        it one that stays small, and one that has {TIMES} times its units from the start.
      </p>
      <div class="bench">
        <Network settings={settings} change={change}>
          <fieldset>
            <legend>Growth</legend>
            {hidden.length > 0 && (
              <Choice
                label="Layer"
                value={layer}
                of={hidden}
                set={(name) => set({ layer: name })}
              />
            )}
            <Quantity
              label="New units"
              value={growing.units}
              range={[1, 64]}
              set={(units) => set({ units })}
            />
            <Choice
              label="Method"
              value={growing.method}
              of={methods}
              set={(method) => set({ method })}
            />
            <button
              type="button"
              class="primary"
              disabled={!alive.length}
              onClick={() => void press()}
            >
              Grow
            </button>
          </fieldset>
        </Network>
        <section aria-label="Networks">
          <Player
            training={{ ...training, rewind: () => training.rewind().then(() => setEvents([])) }}
          />
          <Curves training={training} marks={events.map(({ step }) => step)} />
          {events.length > 0 && <Events of={events} />}
          <div class="nets">
            {nets.map((net, i) => (
              <article key={net.name} style={`--net: var(--net-${(i % 4) + 1})`}>
                <h2>{net.name}</h2>
                <p class="why">
                  {net.layers?.map(({ layer, shape }) => `${layer} ${shape.at(-1)}`).join(", ")}
                </p>
                <Last of={net} />
                {points && net.decision && (
                  <Picture
                    title={`What the ${net.name} network decides, point by point`}
                    rows={Math.sqrt(net.decision.length)}
                    cols={Math.sqrt(net.decision.length)}
                    data={net.decision.map((odds) => 2 * odds - 1)}
                    scale={1}
                    points={points}
                  />
                )}
              </article>
            ))}
          </div>
        </section>
      </div>
    </>
  );
}

const Events = ({ of }: { of: readonly Event[] }) => (
  <div class="scroll" tabIndex={0} role="region" aria-label="Growths">
    <table>
      <caption>The loss on all samples just before and just after each growth</caption>
      <thead>
        <tr>
          <th scope="col">step</th>
          <th scope="col">layer</th>
          <th scope="col">method</th>
          <th scope="col">units</th>
          <th scope="col">loss before</th>
          <th scope="col">loss after</th>
          <th scope="col">ms</th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ step, layer, method, before, after, losses, ms }, i) => (
          <tr key={i}>
            <th scope="row">{step}</th>
            <td>{layer}</td>
            <td>{method}</td>
            <td>
              {before} → {after}
            </td>
            <td>{losses[0].toFixed(6)}</td>
            <td>{losses[1].toFixed(6)}</td>
            <td>{Math.round(ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
