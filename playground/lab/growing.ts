/** Words about growth that the page and the worker share. */

export const methods = ["gradmax", "orthogonal", "split", "random", "zero"] as const;

export interface Growing {
  readonly layer: string;
  readonly units: number;
  readonly method: (typeof methods)[number];
}

/** What a growth did. */
export interface Event extends Growing {
  /** Number of steps before it. */
  readonly step: number;
  readonly before: number;
  readonly after: number;
  /** The loss on all samples, before and after. */
  readonly losses: readonly [number, number];
  readonly ms: number;
}
