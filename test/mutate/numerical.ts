import type { Fault } from "./fault.ts";
export function numericalFaults(_sources: ReadonlyMap<string, string>): Fault[] {
  return [];
}
