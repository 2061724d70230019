/** What a publication needs, besides code: who and where, the workflows, the form of CHANGELOG.md. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { obstacles, section } from "../../.ci/release.ts";
import { suite } from "../support/suite.ts";

const read = (file: string) => readFileSync(file, "utf8");
const manifest = JSON.parse(read("package.json"));

/** Text files of the repository, without what is installed or made. */
const made = /(^|\/)(node_modules|build|dist|binaries|\.git|\.vitepress\/cache)$/;
function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = folder === "." ? name : join(folder, name).replaceAll("\\", "/");
    if (made.test(path)) return [];
    if (statSync(path).isDirectory()) return files(path);
    return /\.(\w?[jt]sx?|json|md|ya?ml|html|css)$/.test(name) ? [path] : [];
  });
}

const workflows = readdirSync(".github/workflows").map((name) => `.github/workflows/${name}`);

suite("publishing", (test) => {
  test("package.json says who publishes, and where everything is", () => {
    const { author, bugs, homepage, keywords, repository } = manifest;
    assert.match(author, /^.+ \(https:\/\/.+\)$/);
    assert.match(repository.url, /^git\+https:\/\/.+\.git$/);
    assert.is(bugs.url, repository.url.replace(/^git\+(.*)\.git$/, "$1/issues"));
    assert.match(bugs.email, /^\S+@\S+$/);
    assert.match(homepage, /^https:/);
    for (const word of ["tensorflow.js", "tfjs", "lstm", "orthogonal", "webassembly", "few-shot"])
      assert.ok(keywords.includes(word), word);
    assert.is(new Set(keywords).size, keywords.length);
  });

  test("no other file says it", () => {
    const { bugs, homepage, repository } = manifest;
    const where = repository.url.match(/https:\/\/([^/]+\/[^/]+)\//)[1];
    const all = files(".").filter((file) => file !== "package.json");
    assert.ok(all.length > 400, `${all.length} files`);
    for (const word of [where, bugs.email, homepage.replace(/\/$/, "")])
      assert.equal(
        all.filter((file) => read(file).includes(word)),
        [],
        word,
      );
  });

  test("examples and README's script tags ask for this version", () => {
    const manifests = files("examples").filter((file) => file.endsWith("/package.json"));
    assert.ok(manifests.length >= 4);
    for (const file of manifests)
      assert.is(JSON.parse(read(file)).dependencies[manifest.name], `^${manifest.version}`, file);
    for (const file of files(".").filter((name) => /\.(md|html)$/.test(name)))
      for (const [, version] of read(file).matchAll(/npm\/tfjs-initializers@(\d[\d.]*)\//g))
        assert.is(version, manifest.version, file);
  });

  test("workflows and CONTRIBUTING.md name scripts and files that exist", () => {
    for (const file of [...workflows, "CONTRIBUTING.md"]) {
      const text = read(file);
      for (const [, name, optional] of text.matchAll(/npm run ([a-z][\w:-]*)( --if-present)?/g))
        assert.ok(optional || manifest.scripts[name!], `${file}: ${name}`);
      for (const [, path] of text.matchAll(
        /[\s`(](?:\.\/)?((?:\.ci|\.github|test|src|bench)\/[\w./-]+)/g,
      ))
        assert.ok(statSync(path!, { throwIfNoEntry: false }), `${file}: ${path}`);
    }
    assert.match(read(".github/workflows/ci.yml"), /run: \.ci\/run$/m);
  });

  test("workflows fix the major versions of actions, and their own rights; none has a secret", () => {
    for (const file of workflows) {
      const text = read(file);
      for (const [, action] of text.matchAll(/uses: (.*)/g))
        assert.match(action!, /^(actions\/[\w-]+@v\d+|\.\/\.github\/workflows\/\w+\.yml)$/);
      assert.match(text, /^permissions:\n  contents: read$/m);
      assert.not.match(text, /secrets\./);
    }
  });

  test("only the workflow of tags publishes, after all checks, with provenance", () => {
    const publishing = workflows.filter((file) => /npm publish/.test(read(file)));
    assert.equal(publishing, [".github/workflows/release.yml"]);
    const text = read(publishing[0]!);
    assert.match(text, /tags: \["v\*"\]/);
    assert.match(text, /needs: \[check, thorough\]/);
    assert.match(text, /id-token: write/);
    const steps = [...text.matchAll(/- run: (npm publish.*|node .*release.*)/g)].map(
      ([, run]) => run,
    );
    assert.match(steps[0]!, /\.ci\/release\.ts "\$GITHUB_REF_NAME"/);
    assert.is(steps[1], "npm publish --provenance --access public");
  });

  test("CHANGELOG.md begins with what is unreleased; releases follow with their dates, the newest first", () => {
    const [first, ...releases] = [...read("CHANGELOG.md").matchAll(/^## (.*)$/gm)].map(([, text]) => text!); // prettier-ignore
    assert.is(first, "Unreleased");
    for (const heading of releases) assert.match(heading, /^\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d$/);
    const dates = releases.map((heading) => heading.split(" - ")[1]!);
    assert.equal(dates, [...dates].sort().reverse());
  });

  test("a release is refused that is not what it says, or that nobody signs", () => {
    const log =
      "# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2027-01-31\n\n- `qr`.\n\n## 1.2.2 - 2027-01-01\n";
    const ours = JSON.stringify({ version: "1.2.3", author: "a person" });
    assert.equal(obstacles("v1.2.3", ours, log), []);
    assert.is(section("1.2.3", log), "- `qr`.");
    assert.match(obstacles("v1.2.4", ours, log).join(), /the tag is v1\.2\.4/);
    assert.match(obstacles("v1.2.3", ours, log.replace(" - 2027-01-31", "")).join(), /no heading/);
    assert.match(obstacles("v1.2.3", ours, log.replace("- `qr`.", "")).join(), /no heading/);
    const nobody = ours.replace("a person", "https://owner.test/".replace("test", "example"));
    assert.match(obstacles("v1.2.3", nobody, log).join(), /placeholder owner\.example/);
  });
});
