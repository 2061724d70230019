import * as uvu from "uvu";
import "./kernels.ts";

/**
 * A uvu suite that runs itself. (uvu calls a suite that nobody runs a success; so do not use
 * `uvu.suite` directly.) `body` registers the tests, at once, not later.
 */
export function suite(name: string, body: (test: uvu.Test) => void): void {
  const test = uvu.suite(name);
  body(test);
  test.run();
}
