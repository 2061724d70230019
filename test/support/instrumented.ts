/** Puts code of a test's own into a binary: instructions before the body of its exported function `alloc`. */

/** The binary with these instructions first in `alloc`, a function of one u64 that returns an address; nothing is imported. */
export function instrumented(
  wasm: Uint8Array,
  prologue: readonly number[],
): Uint8Array<ArrayBuffer> {
  const target = indexOf(wasm, "alloc");
  const out = [...wasm.subarray(0, 8)];
  for (const { id, body } of sections(wasm)) {
    const written = id === 10 ? code(body, target, prologue) : [...body];
    out.push(id, ...toLeb(written.length));
    for (const byte of written) out.push(byte);
  }
  return Uint8Array.from(out);
}

/** The index of the global variable that the exported function `mark` returns: the top of the arena. */
export function topOf(wasm: Uint8Array): number {
  const target = indexOf(wasm, "mark");
  for (const { id, body } of sections(wasm)) {
    if (id !== 10) continue;
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
    if (id !== 7) continue;
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

function code(section: Uint8Array, target: number, prologue: readonly number[]): number[] {
  const all = [...bodies(section)];
  const out = toLeb(all.length);
  for (const { index, start, end } of all) {
    const body = [...section.subarray(start, end)];
    if (index === target) {
      const runs = leb(section, start);
      let locals = runs.next;
      for (let run = 0; run < runs.value; run++) locals = leb(section, locals).next + 1;
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
