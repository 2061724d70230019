/** The settings that all networks of a panel share. */
import {
  activations,
  kinds,
  optimizers,
  possible,
  ranges,
  sets,
  type Settings,
} from "../lab/settings.ts";
import { Choice, Flag, Quantity } from "./controls.tsx";
import { Files } from "./files.tsx";

interface Props {
  readonly settings: Settings;
  readonly change: (settings: Settings) => void;
  readonly children?: preact.ComponentChildren;
}

export function Network({ settings, change, children }: Props) {
  const set = (part: Partial<Settings>) => change(possible({ ...settings, ...part }));
  const pictures = ["digits", "file"].includes(settings.set);
  const quantity = (name: keyof typeof ranges, label: string, step?: "any") => (
    <Quantity
      label={label}
      value={settings[name]}
      range={ranges[name]}
      step={step}
      set={(value) => set({ [name]: value })}
    />
  );
  return (
    <form aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
      <Choice label="Data" value={settings.set} of={sets} set={(name) => set({ set: name })} />
      {settings.set === "file" && <Files done={() => change({ ...settings })} />}
      <Choice
        label="Layers"
        value={settings.kind}
        of={pictures ? kinds : ["dense"]}
        set={(kind) => set({ kind })}
      />
      {quantity("width", "Width")}
      {quantity("depth", "Depth")}
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
      {quantity("rate", "Learning rate", "any")}
      {quantity("batch", "Batch")}
      {quantity("seed", "Seed")}
      {children}
    </form>
  );
}
