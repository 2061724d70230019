/** Labelled controls for choices and numbers. */
import { useId } from "preact/hooks";

export function Choice<T extends string>({
  label,
  value,
  of,
  set,
}: {
  label: string;
  value: T;
  of: readonly T[];
  set: (value: T) => void;
}) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => set(event.currentTarget.value as T)}>
        {of.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </p>
  );
}

export function Quantity({
  label,
  value,
  range: [low, high],
  set,
  step = 1,
}: {
  label: string;
  value: number;
  range: readonly [number, number];
  set: (value: number) => void;
  step?: number | "any";
}) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={low}
        max={high}
        step={step}
        value={value}
        onChange={(event) => {
          const next = event.currentTarget.valueAsNumber;
          if (next >= low && next <= high) set(next);
          else event.currentTarget.value = String(value);
        }}
      />
    </p>
  );
}

export function Flag({
  label,
  value,
  set,
}: {
  label: string;
  value: boolean;
  set: (value: boolean) => void;
}) {
  return (
    <p class="field flag">
      <label>
        <input
          type="checkbox"
          checked={value}
          onChange={(event) => set(event.currentTarget.checked)}
        />{" "}
        {label}
      </label>
    </p>
  );
}
