import * as assert from "uvu/assert";
import { golden, pages } from "./pages/index.ts";
import { suite } from "./support/suite.ts";

suite("golden", (test) => {
  for (const [name, { report }] of Object.entries(pages))
    test(`Node computes the committed bits of ${name}`, async () => {
      assert.equal(await report(), golden()[name]);
    });
});
