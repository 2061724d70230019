/**
 * Compiles the kernels: one source, a binary for each room and precision, by the options of asconfig.json.
 *
 *   build/<room>.<target>.wasm     release and debug binaries, for tests and benches
 *   dist/<room>.<precision>.wasm   the release binaries, for apps that serve them themselves
 *   src/wasm/binaries/<room>.ts    the same as text, for everybody else: a character or two for each byte, so that
 *                                  gzip sees the bytes, as it would not in base64
 *   src/wasm/binaries/index.ts     their names, their version and the key to the text, without them
 *
 * Unchanged inputs are not compiled again.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/** Where not both precisions are wanted. */
const alone = { polynomials: ["f64"], random: ["f32"], training: ["f32"] };
const rooms = readdirSync("assembly/rooms")
  .map((file) => file.slice(0, -".ts".length))
  .sort()
  .map((room) => ({ room, precisions: alone[room] ?? ["f32", "f64"] }));
const names = rooms.flatMap(({ room, precisions }) => precisions.map((real) => `${room}.${real}`));
const binaries = names.flatMap((name) => [name, `${name}.debug`]);

/** Bytes of a binary that stand together in its text. */
const PIECE = 10000;
/** What the text is written in: printable, nothing that a string literal of any kind or a script in a page escapes. */
const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((c) => !`"'\`\\$<`.includes(c))
  .join("");
/** How many bytes have a character of their own; the last two characters begin the pairs of the others. */
const SINGLE = characters.length - 2;
const stamp = "build/inputs.sha256";
const built = (name) => `build/${name}.wasm`;

/** Everything the binaries depend on, as one hash. */
function fingerprint() {
  const sources = readdirSync("assembly", { recursive: true })
    .map((name) => join("assembly", name))
    .filter((path) => /\.[jt]s$/.test(path))
    .sort();
  const hash = createHash("sha256").update(asc.version);
  for (const path of ["asconfig.json", ...sources]) hash.update(path).update(readFileSync(path));
  return hash.digest("hex");
}

/** The custom section by which a compiled module says what it is: see src/wasm/engine.ts. */
function section(name) {
  const [title, text] = ["tfjs-initializers", `${name} ${version}`];
  const content = [title.length, ...Buffer.from(title + text)];
  if (content.length > 127) throw new Error("a length of two bytes"); // LEB128
  return Buffer.from([0, content.length, ...content]);
}

async function compile(name) {
  const [room, ...target] = name.split(".");
  // Every binary has an arena of its own.
  const entries = ["assembly/arena.ts", `assembly/rooms/${room}.ts`];
  const options = ["--config", "asconfig.json", "--target", target.join("."), "-o", built(name)];
  const { error, stdout, stderr } = await asc.main([...entries, ...options]);
  const messages = `${stdout}${stderr}`.trim();
  if (messages) console.error(messages);
  if (error) throw error;

  const wasm = Buffer.concat([readFileSync(built(name)), section(name)]);
  writeFileSync(built(name), wasm);
  // The kernels run wherever WebAssembly does because they ask nothing of their host.
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
  if (imports.length > 0) throw new Error(`${name} has imports: ${JSON.stringify(imports)}`);
  console.log(`${name}: ${wasm.length} bytes`);
}

/** Leaves an equal file alone: somebody may be reading it. */
function write(path, content) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Removes what is left of rooms that there are no longer. */
function keep(folder, pattern, files) {
  for (const file of readdirSync(folder))
    if (pattern.test(file) && !files.includes(file)) rmSync(join(folder, file));
}

/** The bytes that are a single character, the most frequent ones: 97 % of all binaries. */
function frequentBytes() {
  const counts = Array.from({ length: 256 }, (_, byte) => ({ byte, count: 0 }));
  for (const name of names) for (const byte of readFileSync(built(name))) counts[byte].count++;
  const frequent = counts.sort((a, b) => b.count - a.count || a.byte - b.byte).slice(0, SINGLE);
  return frequent.map(({ byte }) => byte).sort((a, b) => a - b);
}

/** How each byte is written: see `decode` in src/wasm/engine.ts, which reads it. */
function codesOf(frequent) {
  const codes = [];
  for (let byte = 0, pair = 0; byte < 256; byte++) {
    const place = frequent.indexOf(byte);
    if (place >= 0) codes[byte] = characters[place];
    else {
      codes[byte] = characters[SINGLE + Math.floor(pair / characters.length)];
      codes[byte] += characters[pair++ % characters.length];
    }
  }
  return codes;
}

/**
 * The binaries of a room as text. The second repeats most of the first: pieces of both in turn bring the repetitions
 * within the 32 KB that gzip looks back.
 */
function text({ room, precisions }, codes) {
  const wasms = precisions.map((real) => readFileSync(built(`${room}.${real}`)));
  const count = Math.ceil(Math.max(...wasms.map(({ length }) => length)) / PIECE);
  const pieces = Array.from({ length: count }, (_, i) =>
    wasms.map((wasm) => {
      const size = Math.ceil(wasm.length / count);
      return Array.from(wasm.subarray(i * size, (i + 1) * size), (byte) => codes[byte]).join("");
    }),
  );
  return (
    `// Generated by assembly/build.js: pieces of the binaries of these precisions in turn.\n` +
    `import type { Text } from "../engine.ts";\n` +
    `const text: Text = ${JSON.stringify({ room, precisions, pieces: pieces.flat() })};\n` +
    `export default text;\n`
  );
}

const inputs = fingerprint();
const version = inputs.slice(0, 16);
if (![stamp, ...binaries.map(built)].every(existsSync) || readFileSync(stamp, "utf8") !== inputs) {
  for (const name of binaries) await compile(name);
  write(stamp, inputs); // taken before compiling: an edit made meanwhile is compiled next time
}

for (const name of names) write(`dist/${name}.wasm`, readFileSync(built(name)));
const frequent = frequentBytes();
const codes = codesOf(frequent);
for (const room of rooms) write(`src/wasm/binaries/${room.room}.ts`, text(room, codes));
write(
  "src/wasm/binaries/index.ts",
  `// Generated by assembly/build.js.\n` +
    `export const stamp = "${version}";\n` +
    `export const names = ${JSON.stringify(names)};\n` +
    `export const characters = ${JSON.stringify(characters)};\n` +
    `export const frequent = ${JSON.stringify(frequent)};\n`,
);
keep("dist", /\.wasm$/, names.map((name) => `${name}.wasm`)); // prettier-ignore
keep("build", /\.wasm$/, binaries.map((name) => `${name}.wasm`)); // prettier-ignore
keep("src/wasm/binaries", /\.ts$/, ["index.ts", ...rooms.map(({ room }) => `${room}.ts`)]);
