/** Compiles one binary, by the options of asconfig.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";

/** The compiler's own, which the binaries depend on, too. */
export const compiler = asc.version;

/** The custom section by which a compiled module says what it is: see src/wasm/engine.ts. */
function section(name, version) {
  const [title, text] = ["tfjs-initializers", `${name} ${version}`];
  const content = [title.length, ...Buffer.from(title + text)];
  if (content.length > 127) throw new Error("a length of two bytes"); // LEB128
  return Buffer.from([0, content.length, ...content]);
}

/** The bytes of "orthogonal.f32.debug", say. `read` gives other sources than those on disk, or null. */
export async function compile(name, version, read = readSource) {
  const [room, ...target] = name.split(".");
  // Every binary has an arena of its own.
  const entries = ["assembly/arena.ts", `assembly/rooms/${room}.ts`];
  const options = ["--config", "asconfig.json", "--target", target.join("."), "-o", "out.wasm"];
  let wasm;
  const { error, stdout, stderr } = await asc.main([...entries, ...options], {
    readFile: (path, base) => read(join(base, path)),
    writeFile: (_, bytes) => void (wasm = bytes),
    listFiles: () => null,
  });
  const messages = `${stdout}${stderr}`.trim();
  if (error) throw new Error(messages || error.message);
  if (messages) console.error(messages);

  // The kernels run wherever WebAssembly does because they ask nothing of their host.
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
  if (imports.length > 0) throw new Error(`${name} has imports: ${JSON.stringify(imports)}`);
  return Buffer.concat([wasm, section(name, version)]);
}

function readSource(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // the compiler looks in several places
  }
}
