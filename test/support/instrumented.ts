/** Puts code of a test's own into a binary: instructions before the body of its exported function `alloc`, and in it. */

/** Numbers of sections. */
const [GLOBALS, EXPORTS, CODE] = [6, 7, 10];

/**
 * The binary with these instructions first in `alloc`, a function of one u64 that returns an address; nothing is imported.
 *
 * @param prologue the instructions, or what makes them from the indices of the variables that are added
 * @param added names under which new variables of 32 bits are exported, 0 at first. What a test keeps is not in memory:
 *   the constants of debug builds begin at address 8.
 * @param filler which of them takes the place of the constant that debug builds fill fresh blocks with
 */
export function instrumented(
  wasm: Uint8Array,
  prologue: (variables: readonly number[]) => readonly number[],
  added: readonly string[] = [],
  filler = "",
): Uint8Array<ArrayBuffer> {
  const target = indexOf(wasm, "alloc");
  const first = [...sections(wasm)].filter(({ id }) => id === GLOBALS).map(({ body }) => leb(body, 0).value)[0]!; // prettier-ignore
  const variables = added.map((_, i) => first + i);
  const edits: Record<number, (body: Uint8Array) => number[]> = {
    // i32, mutable, i32.const 0, end.
    [GLOBALS]: (body) => longer(body, added.map(() => [0x7f, 1, 0x41, 0, 0x0b])),
    [EXPORTS]: (body) => longer(body, added.map((name, i) => [name.length, ...Buffer.from(name), 3, ...toLeb(variables[i]!)])),
    [CODE]: (body) => code(body, target, prologue(variables), variables[added.indexOf(filler)]),
  }; // prettier-ignore
  const out = [...wasm.subarray(0, 8)];
  for (const { id, body } of sections(wasm)) {
    const written = edits[id]?.(body) ?? [...body];
    out.push(id, ...toLeb(written.length));
    for (const byte of written) out.push(byte);
  }
  return Uint8Array.from(out);
}

/** A section with more entries at its end. */
function longer(section: Uint8Array, entries: readonly number[][]): number[] {
  const { value: count, next } = leb(section, 0);
  return [...toLeb(count + entries.length), ...section.subarray(next), ...entries.flat()];
}

/** The index of the global variable that the exported function `mark` returns: the top of the arena. */
export function topOf(wasm: Uint8Array): number {
  const target = indexOf(wasm, "mark");
  for (const { id, body } of sections(wasm)) {
    if (id !== CODE) continue;
    for (const { index, start } of bodies(body)) {
      // No locals, global.get, its index.
      if (index === target && body[start] === 0 && body[start + 1] === 0x23)
        return body[start + 2]!;
    }
  }
  throw new Error("mark is not as it was");
}

function* sections(wasm: Uint8Array): Generator<{ id: number; body: Uint8Array }> {
  for (let at = 8; at < wasm.length;) {
    const { value: size, next } = leb(wasm, at + 1);
    yield { id: wasm[at]!, body: wasm.subarray(next, next + size) };
    at = next + size;
  }
}

/** The index of an exported function: entries are a name, a kind and an index. */
function indexOf(wasm: Uint8Array, name: string): number {
  for (const { id, body } of sections(wasm)) {
    if (id !== EXPORTS) continue;
    let { value: count, next: at } = leb(body, 0);
    for (; count > 0; count--) {
      const { value: length, next } = leb(body, at);
      const found = new TextDecoder().decode(body.subarray(next, next + length));
      const index = leb(body, next + length + 1);
      if (found === name) return index.value;
      at = index.next;
    }
  }
  throw new Error(`the binary does not export ${name}`);
}

/** The function bodies of a code section: a size, runs of locals, and code. */
function* bodies(section: Uint8Array): Generator<{ index: number; start: number; end: number }> {
  const { value: count, next } = leb(section, 0);
  for (let index = 0, at = next; index < count; index++) {
    const { value: size, next: start } = leb(section, at);
    yield { index, start, end: start + size };
    at = start + size;
  }
}

/** i32.const 0xff */
const ROGUE = [0x41, 0xff, 0x01];

function code(
  section: Uint8Array,
  target: number,
  prologue: readonly number[],
  filler: number | undefined,
): number[] {
  const all = [...bodies(section)];
  const out = toLeb(all.length);
  for (const { index, start, end } of all) {
    const body = [...section.subarray(start, end)];
    if (index === target) {
      const runs = leb(section, start);
      let locals = runs.next;
      for (let run = 0; run < runs.value; run++) locals = leb(section, locals).next + 1;
      const rogue = Buffer.from(body).indexOf(Buffer.from(ROGUE), locals - start);
      // A release build has none.
      if (filler !== undefined && rogue >= 0) body.splice(rogue, ROGUE.length, 0x23, filler); // global.get
      body.splice(locals - start, 0, ...prologue);
    }
    for (const byte of [...toLeb(body.length), ...body]) out.push(byte);
  }
  return out;
}

/** Decodes an unsigned number of seven bits a byte (LEB128). */
function leb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++]!;
    value += (byte & 127) * factor;
    if (byte < 128) return { value, next: at };
  }
}

function toLeb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...toLeb(Math.floor(value / 128))];
}
