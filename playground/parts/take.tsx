/** What a visitor takes along: the address, the code, the picture. */
import { useRef, useState } from "preact/hooks";
import { codeOf } from "../lab/code.ts";
import type { Settings } from "../lab/settings.ts";
import { pictureOf, save } from "./save.ts";

export function Take({ settings }: { settings: Settings }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [scheme, setScheme] = useState(settings.schemes[0]!);
  const [said, say] = useState("");
  const chosen = settings.schemes.includes(scheme) ? scheme : settings.schemes[0]!;
  const code = codeOf(settings, chosen);
  const copy = (text: string, what: string) =>
    navigator.clipboard.writeText(text).then(
      () => say(`${what} copied.`),
      () => say("This browser does not let the page copy: select the text and copy it."),
    );
  return (
    <span class="take">
      <button onClick={() => dialog.current!.showModal()}>Code</button>
      <button
        onClick={() =>
          void pictureOf(document.getElementById("panel")!).then((png) =>
            save("playground.png", png),
          )
        }
      >
        Picture
      </button>
      <button onClick={() => void copy(location.href, "Address")}>Link</button>
      <span role="status">{said}</span>
      <dialog ref={dialog} aria-labelledby="code-title">
        <h2 id="code-title">This network as code</h2>
        <p>
          In an empty folder:{" "}
          <code>
            npm init -y && npm install tfjs-initializers @tensorflow/tfjs
            @tensorflow/tfjs-backend-wasm
          </code>
          , paste this into <code>train.mjs</code> and run <code>node train.mjs</code>.
        </p>
        <label for="code-scheme">Initializer</label>{" "}
        <select
          id="code-scheme"
          value={chosen}
          onChange={(event) => setScheme(event.currentTarget.value)}
        >
          {settings.schemes.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <pre tabIndex={0} aria-label="Code">
          {code}
        </pre>
        <button class="primary" onClick={() => void copy(code, "Code")}>
          Copy
        </button>
        <button onClick={() => dialog.current!.close()}>Close</button>
      </dialog>
    </span>
  );
}
