/** A person draws or shows examples, and sees the head solved as each arrives. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Guess, Taught } from "../lab/teaching.ts";
import { lab } from "../lab.ts";
import { Pad, type PadHandle } from "../parts/pad.tsx";
import { save } from "../parts/save.ts";

/** Milliseconds between two looks through the camera. */
const GLANCE = 150;

export function Teach() {
  const pad = useRef<PadHandle>(null);
  const [label, setLabel] = useState("circle");
  const [taught, setTaught] = useState<Taught>({ classes: [], ms: 0 });
  const [guesses, setGuesses] = useState<readonly Guess[]>([]);
  const [camera, setCamera] = useState(false);
  const [said, say] = useState(
    "Draw in the square, name it, and press Teach. Two classes are enough to begin.",
  );
  const failed = (error: Error) => say(error.message);

  useEffect(() => {
    lab.taught().then(setTaught, failed);
  }, []);

  const guess = () => {
    const pixels = pad.current?.pixels();
    if (pixels) lab.guess(pixels).then(setGuesses, failed);
  };
  // Through the camera there is always something new to see.
  useEffect(() => {
    if (!camera) return;
    const timer = setInterval(guess, GLANCE);
    return () => clearInterval(timer);
  }, [camera]);

  const teach = async (name: string) => {
    const pixels = pad.current?.pixels();
    if (!pixels?.some((value) => value > 0))
      return say("The square is empty: draw something first.");
    try {
      const next = await lab.teach(pixels, name);
      setTaught(next);
      say(
        `Solved in ${Math.round(next.ms)} ms with ${next.classes.reduce((sum, { count }) => sum + count, 0)} examples.`,
      );
      if (!camera) pad.current!.clear();
    } catch (error) {
      failed(error as Error);
    }
  };
  const download = async () => {
    const { json, weights } = await lab.taughtModel();
    save("model.json", new Blob([json], { type: "application/json" }));
    save("weights.bin", new Blob([weights]));
  };

  return (
    <section class="teach" aria-labelledby="teach-title">
      <h2 id="teach-title">A head for classes of your own</h2>
      <div class="row">
        <Pad
          handle={pad}
          camera={camera}
          changed={guess}
          failed={(message) => (setCamera(false), say(message))}
        />
        <div>
          <p class="field">
            <label for="class-name">Class</label>
            <input
              id="class-name"
              type="text"
              value={label}
              maxLength={40}
              onInput={(event) => setLabel(event.currentTarget.value)}
            />
          </p>
          <div class="bar">
            <button
              class="primary"
              disabled={!label.trim()}
              onClick={() => void teach(label.trim())}
            >
              Teach
            </button>
            <button onClick={() => (pad.current!.clear(), guess())}>Clear</button>
            <button onClick={() => (pad.current!.draw(), guess())}>Draw a digit for me</button>
            <button aria-pressed={camera} onClick={() => setCamera(!camera)}>
              Camera
            </button>
            <button
              disabled={taught.classes.length < 2}
              onClick={() => void download().catch(failed)}
            >
              Download the model
            </button>
          </div>
          <p class="status" role="status">
            {said}
          </p>
          <ul class="classes">
            {taught.classes.map(({ label: name, count }) => {
              const share = guesses.find((one) => one.label === name)?.probability;
              return (
                <li key={name}>
                  <span>
                    {name} ({count})
                  </span>
                  <meter aria-label={`Probability of ${name}`} min={0} max={1} value={share ?? 0} />
                  <span class="share">
                    {share === undefined ? "" : `${Math.round(100 * share)} %`}
                  </span>
                  <button onClick={() => (setLabel(name), void teach(name))}>Teach {name}</button>
                  <button
                    aria-label={`Forget ${name}`}
                    onClick={() => void lab.forget(name).then(setTaught, failed)}
                  >
                    Forget
                  </button>
                </li>
              );
            })}
          </ul>
        </div>
      </div>
    </section>
  );
}
