/** The page for browsers that lack what the networks need. */

// A function of one instruction that exists in WebAssembly SIMD only: i8x16.splat of 0.
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15,
  11,
]);

/** What this browser lacks. */
export function missing(): string[] {
  const lacks = [];
  if (typeof WebAssembly !== "object") lacks.push("WebAssembly");
  else if (!WebAssembly.validate(SIMD)) lacks.push("WebAssembly SIMD");
  if (typeof Worker !== "function") lacks.push("web workers");
  return lacks;
}

export const Missing = ({ what }: { what: readonly string[] }) => (
  <main class="missing">
    <h1>This browser cannot run the playground</h1>
    <p>
      It lacks {what.join(" and ")}, with which the networks on this page are computed. Chrome and
      Edge 91, Firefox 89, Safari 16.4 and everything newer have them. Some browsers turn them off
      in a private or hardened mode.
    </p>
  </main>
);
