import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { broken, pages, read } from "../../.ci/links.ts";
import { picture } from "../../docs/.vitepress/picture.ts";
import { blocksOf, program } from "../support/blocks.ts";
import { suite } from "../support/suite.ts";

suite("ci/docs", (test) => {
  for (const page of pages())
    test(`the links of ${page} lead somewhere`, () =>
      assert.equal(broken(page, read(page)!, read), []));

  const files: Record<string, string> = { "docs/b.md": "# A `name`: two\n", examples: "" };
  const links: [string, number][] = [
    ["[b](b.md)", 0],
    ["[b](b.md#a-name-two)", 0],
    ["[here](#one) \n# One", 0],
    ["[folder](../examples)", 0],
    ["[page](https://example.org/none)", 0],
    ["`[code](none.md)`", 0],
    ["[b](b.md#three)", 1],
    ["[c](c.md)", 1],
    ["![picture](none.svg)", 1],
  ];
  for (const [text, count] of links)
    test(`${count} of ${text} leads nowhere`, () =>
      assert.is(broken("docs/a.md", text, (file) => files[file]).length, count));

  test("the reference has pages for the names of the entries", () => {
    const page = (name: string) => read(`docs/api/tfjs-initializers/${name}.md`);
    assert.is(page("functions/orthogonal"), "");
    assert.is(page("linalg/functions/haar"), "");
    assert.is(page("namespaces/linalg/functions/qr"), "");
    assert.is(page("functions/haar"), undefined);
    assert.is(page("functions/none"), undefined);
  });

  test("README's picture is that of the measured times", () =>
    assert.is(
      readFileSync("docs/public/orthogonal.svg", "utf8"),
      picture(readFileSync("bench/RESULTS.md", "utf8")),
    ));

  test("blocks have what is given above them, and imports of their own", () => {
    const page =
      '<!-- given\nconst a = 1;\n-->\n\n```js\nimport { b as c, d } from "e"; // f\nc(a);\n```\n';
    const found = blocksOf(page, "page.md");
    assert.equal(
      found.map(({ at, info, given }) => [at, info, given]),
      [["page.md:5", "js", "const a = 1;\n"]],
    );
    assert.match(program(found), 'const { b: c, d } = await import("e");');
  });
});
