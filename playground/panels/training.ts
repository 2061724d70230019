/** Networks in training, as a panel sees them. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Standing } from "../lab/arena.ts";
import { lab } from "../lab.ts";

interface Entered {
  readonly points?: { readonly inputs: Float32Array; readonly labels: Int32Array };
  readonly standings: readonly Standing[];
}

/** Milliseconds of training between two pictures. */
const TICK = 120;

/**
 * @param enter builds the networks
 * @param key what they depend on; they are built anew when it changes
 */
export function useTraining(enter: () => Promise<Entered>, key: string) {
  const [nets, show] = useState<readonly Standing[]>([]);
  const [points, setPoints] = useState<Entered["points"]>();
  const [said, say] = useState("");
  const [playing, play] = useState(false);
  const run = useRef(0);

  /** Shows standings; those without a look into the layers keep the last one. */
  const update = (next: readonly Standing[]) =>
    show((before) => next.map((net, i) => ({ ...net, layers: net.layers ?? before[i]?.layers })));
  const failed = (error: Error) => say(error.message);

  useEffect(() => {
    const mine = ++run.current;
    play(false);
    say("Building the networks …");
    enter().then(
      ({ points, standings }) => {
        if (mine !== run.current) return;
        setPoints(points);
        show(standings);
        say("");
      },
      (error: Error) => mine === run.current && failed(error),
    );
    return () => void run.current++;
  }, [key]);

  useEffect(() => {
    if (!playing) return;
    let going = true;
    const mine = run.current;
    const go = async () => {
      while (going) {
        const next = await lab.train(TICK);
        if (mine === run.current) update(next);
      }
      const next = await lab.look();
      if (mine === run.current) update(next);
    };
    go().catch(failed);
    return () => void (going = false);
  }, [playing, key]);

  return {
    nets,
    alive: nets.filter((net) => !net.error),
    points,
    said,
    say,
    playing,
    play,
    step: () => lab.step().then(update, failed),
    rewind: () => {
      play(false);
      return lab.rewind().then(update, failed);
    },
    update,
  };
}

export type Training = ReturnType<typeof useTraining>;
