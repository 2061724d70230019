import { tf } from "./support/wasm.ts";
import { dense, state } from "./faults/models.ts";
const n = () => tf.memory().numTensors;
const a = n(); const m = await dense(); const b = n(); const s1 = await state(m); const c = n(); const s2 = await state(m); 
console.log(a, b, c, n()); m.dispose(); console.log(n(), JSON.stringify(s1) === JSON.stringify(s2));
console.log((await m.optimizer.getWeights?.())?.map((x: any) => x.name));
const m2 = await dense(); console.log(JSON.stringify(await state(m2)) === JSON.stringify(s1)); 
