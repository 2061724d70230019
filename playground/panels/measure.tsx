/** What initialization costs in this browser: the cases of `npm run bench`. */
import { proxy } from "comlink";
import { useEffect, useRef, useState } from "preact/hooks";
import { lab } from "../lab.ts";
import type { Row } from "../lab/measure.ts";
import { Bars } from "../parts/bars.tsx";
import { save } from "../parts/save.ts";
import type { PanelProps } from "./compare.tsx";

const OURS = "tfjs-initializers";

export function Measure(_: PanelProps) {
  const [cases, setCases] = useState<Readonly<Record<string, readonly string[]>>>({});
  const [files, setFiles] = useState<readonly string[]>([]);
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [done, setDone] = useState(0);
  const [running, setRunning] = useState(false);
  const [said, say] = useState("");
  const going = useRef(false);
  useEffect(() => {
    lab.cases().then(
      (found) => {
        setCases(found);
        setFiles(Object.keys(found));
      },
      (error: Error) => say(error.message),
    );
    return () => void (going.current = false);
  }, []);

  const wanted = files.flatMap((file) => cases[file] ?? []);
  const run = async () => {
    going.current = true;
    setRunning(true);
    setRows([]);
    setDone(0);
    say("");
    const tell = async (found: readonly Row[]) => {
      setRows((before) => [...before, ...found]);
      setDone((before) => before + 1);
      return going.current;
    };
    try {
      await lab.measure(wanted, proxy(tell));
      say(going.current ? "Done." : "Stopped.");
    } catch (error) {
      say((error as Error).message);
    }
    going.current = false;
    setRunning(false);
  };

  return (
    <>
      <p class="lead">
        How long weights take to make in this browser, beside the stock initializers of
        TensorFlow.js and beside one matrix multiplication of the same size. The cases are those of{" "}
        <code>npm run bench</code>.
      </p>
      <div class="bench">
        <form aria-label="Cases" onSubmit={(event) => event.preventDefault()}>
          <fieldset disabled={running}>
            <legend>Cases</legend>
            {Object.entries(cases).map(([file, names]) => (
              <label key={file} class="scheme">
                <input
                  type="checkbox"
                  checked={files.includes(file)}
                  onChange={() =>
                    setFiles(
                      files.includes(file)
                        ? files.filter((other) => other !== file)
                        : [...files, file],
                    )
                  }
                />{" "}
                {file} ({names.length})
              </label>
            ))}
          </fieldset>
        </form>
        <section aria-label="Measurements">
          <div class="bar">
            <button
              class="primary"
              disabled={!wanted.length}
              onClick={() => (running ? (going.current = false) : void run())}
            >
              {running ? "Stop" : "Measure"}
            </button>
            <button
              disabled={!rows.length}
              onClick={() =>
                save("initialization.json", new Blob([report(rows)], { type: "application/json" }))
              }
            >
              JSON
            </button>
            {running && <progress aria-label="Cases measured" max={wanted.length} value={done} />}
            {running && <output>{`${done} of ${wanted.length} cases`}</output>}
          </div>
          <p class="status" role="status">
            {said}
          </p>
          {rows.length > 0 && (
            <>
              <figure>
                <figcaption>
                  Times in matrix multiplications of the same size; shorter is faster
                </figcaption>
                <Bars
                  title="Times in matrix multiplications of the same size"
                  bars={rows
                    .filter((row) => row.by === OURS)
                    .map((row) => ({ name: row.case, value: row.perUnit! }))}
                />
              </figure>
              <Table rows={rows} />
            </>
          )}
        </section>
      </div>
    </>
  );
}

const time = (ms: number) =>
  ms < 1 ? `${(1000 * ms).toPrecision(3)} µs` : `${ms.toPrecision(3)} ms`;

const Table = ({ rows }: { rows: readonly Row[] }) => (
  <div class="scroll" tabIndex={0} role="region" aria-label="Times">
    <table>
      <caption>
        Medians of this run; the error is that of the result, in units of rounding where it is a
        ratio
      </caption>
      <thead>
        <tr>
          <th scope="col">case</th>
          <th scope="col">by</th>
          <th scope="col">time</th>
          <th scope="col">in matMuls</th>
          <th scope="col">in ours</th>
          <th scope="col">‖I − QᵀQ‖</th>
          <th scope="col">residual</th>
        </tr>
      </thead>
      <tbody>
        {rows
          .filter((row) => !row.absent)
          .map((row) => (
            <tr key={`${row.case} ${row.by}`} class={row.by === OURS ? "ours" : ""}>
              <th scope="row">{row.case}</th>
              <td>{row.by}</td>
              <td>{time(row.time!)}</td>
              <td>{row.perUnit?.toPrecision(3)}</td>
              <td>{row.perOurs?.toPrecision(3)}</td>
              <td>{row.accuracy?.orthogonality?.toExponential(1)}</td>
              <td>{row.accuracy?.residual?.toExponential(1)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  </div>
);

/** The rows with what is known of engine and machine. */
function report(rows: readonly Row[]): string {
  const { userAgent, hardwareConcurrency, language } = navigator;
  const memory = (navigator as { deviceMemory?: number }).deviceMemory;
  const machine = {
    date: new Date().toISOString(),
    userAgent,
    cores: hardwareConcurrency,
    memoryGiB: memory,
    language,
  };
  return JSON.stringify({ machine, rows }, null, 2);
}
