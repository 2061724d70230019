/** Takes the place of bench/peers/wasm.ts in the browser. */
import { start } from "./tf.ts";

await start();
