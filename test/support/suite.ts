import * as uvu from "uvu";
import "./kernels.ts";

/**
 * Defines a uvu suite and runs it. Do not use `uvu.suite` directly: uvu reports a suite that was never run as a
 * success. `body` must register the tests synchronously.
 */
export function suite(name: string, body: (test: uvu.Test) => void): void {
  const test = uvu.suite(name);
  body(test);
  test.run();
}
