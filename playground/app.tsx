/** The frame of the page: four panels behind tabs, the settings in the address. */
import { useEffect, useState } from "preact/hooks";
import { fromHash, toHash, type Settings } from "./lab/settings.ts";
import { Compare } from "./panels/compare.tsx";
import { Grow } from "./panels/grow.tsx";
import { Measure } from "./panels/measure.tsx";
import { Solve } from "./panels/solve.tsx";

const panels = {
  compare: { title: "Compare", view: Compare },
  grow: { title: "Grow", view: Grow },
  solve: { title: "Solve", view: Solve },
  measure: { title: "Measure", view: Measure },
} as const;

type Name = keyof typeof panels;

/** The panel and the settings of an address such as #compare?width=8. */
function read(): { panel: Name; settings: Settings } {
  const [panel = "", words = ""] = location.hash.replace(/^#/, "").split("?");
  return { panel: panel in panels ? (panel as Name) : "compare", settings: fromHash(words) };
}

export function App() {
  const [{ panel, settings }, go] = useState(read);

  useEffect(() => {
    const words = toHash(settings);
    history.replaceState(null, "", `#${panel}${words && `?${words}`}`);
  }, [panel, settings]);
  useEffect(() => {
    const reread = () => go(read());
    addEventListener("hashchange", reread);
    return () => removeEventListener("hashchange", reread);
  }, []);

  const names = Object.keys(panels) as Name[];
  const turn = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: names.length - 1 }[event.key];
    if (!step) return;
    const next = names[(names.indexOf(panel) + step) % names.length]!;
    go({ panel: next, settings });
    document.getElementById(`tab-${next}`)?.focus();
  };
  const { view: View } = panels[panel];
  return (
    <>
      <header>
        <h1>
          tfjs-initializers <span>playground</span>
        </h1>
        <div role="tablist" aria-label="Panels" onKeyDown={turn}>
          {names.map((name) => (
            <button
              key={name}
              id={`tab-${name}`}
              role="tab"
              aria-selected={name === panel}
              aria-controls="panel"
              tabIndex={name === panel ? 0 : -1}
              onClick={() => go({ panel: name, settings })}
            >
              {panels[name].title}
            </button>
          ))}
        </div>
      </header>
      <main>
        <div id="panel" role="tabpanel" aria-labelledby={`tab-${panel}`}>
          <View settings={settings} change={(next: Settings) => go({ panel, settings: next })} />
        </div>
      </main>
    </>
  );
}
