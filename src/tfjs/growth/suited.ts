/** Whether a method can make new units for a group. */
import { ArgumentError, show } from "../../errors.ts";
import { checkDifferentiable } from "./differentiable.ts";
import type { Group } from "./groups.ts";
import { methods, type MethodOptions } from "./methods.ts";
import { describe } from "./passages.ts";
import type { Trace } from "./trace.ts";
import { waking, type Waking } from "./waking.ts";

/**
 * Checks that a method suits a group.
 *
 * @param units number of new units; undefined to leave it open
 * @returns how new units can begin to learn
 * @throws ArgumentError that names the layer in the way and the methods that work with it
 */
export function suited(
  trace: Trace,
  group: Group,
  options: MethodOptions & { readonly method: keyof typeof methods },
  units?: number,
): Waking {
  const method = methods[options.method];
  const [normalized] = group.standardized;
  if (normalized) {
    const { size } = group.block;
    const expected =
      `"split" with a multiple of ${size} units, so that every unit is copied equally often, as other new units ` +
      `change the statistics of ${describe(normalized.layer)}`;
    if (options.method !== "split")
      throw new ArgumentError("method", expected, show(options.method));
    if (units !== undefined && units % size !== 0)
      throw new ArgumentError("units", expected, show(units));
  }
  const zero = method.zero(options);
  const awake = waking(group, zero);
  if (method.data(options)) checkDifferentiable(trace, group, zero);
  return awake;
}
