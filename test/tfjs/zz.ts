import "../kernels.ts";
import * as tf from "@tensorflow/tfjs";
import * as L from "../../src/tfjs/index.ts";
const say = async (n: string, f: () => unknown) => { try { const r = await f(); console.log(n, "OK", typeof r); } catch (e) { console.log(n, (e as Error).name, (e as Error).message.slice(0, 160)); } };
const m1 = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3], activation: "relu", name: "h" }), tf.layers.dense({ units: 2 })] });
const a = tf.input({ shape: [3] }), b = tf.input({ shape: [3] });
const m2 = tf.model({ inputs: [a, b], outputs: tf.layers.dense({ units: 2 }).apply(tf.layers.add().apply([tf.layers.dense({ units: 4, name: "h" }).apply(a) as any, tf.layers.dense({ units: 4 }).apply(b) as any])) as any });
m1.compile({ optimizer: "sgd", loss: "meanSquaredError" }); m2.compile({ optimizer: "sgd", loss: "meanSquaredError" });
const x = tf.randomNormal([8, 3]), y = tf.randomNormal([8, 2]);
const bad: [string, any][] = [["Array(2)", new Array(2)], ["[,x]", [, x]], ["[x,,]", [x, ,]], ["[1,2]", [1, 2]], ["[null,x]", [null, x]], ["[x,[1]]", [x, [1]]], ["[x,'a']", [x, "a"]], ["[]", []], ["null", null], ["undefined", undefined], ["3", 3], ["'x'", "x"], ["{}", {}], ["[[x]]", [[x]]], ["[{}]", [{}]], ["[symbol]",[Symbol("x")]], ["[undefined]", [undefined]], ["plain numbers", [[1,2,3],[4,5,6]]]];
for (const [k, m] of [["one", m1], ["two", m2]] as const) for (const [n, v] of bad) {
  for (const [fn, f] of [["inspect", (q: any) => L.inspect(m, q)], ["inspect grad", (q: any) => L.inspect(m, q, { gradients: true, ys: q })], ["init", (q: any) => L.initializeFromData(m, q)], ["init ys", (q: any) => L.initializeFromData(m, k === "one" ? x : [x, x] as any, { ys: q })], ["lsuv", (q: any) => L.initializeFromData(m, q, { method: "lsuv" })],
   ["grow", (q: any) => L.grow(m, { layer: "h", units: 1, method: "gradmax", xs: q, ys: y })], ["growys", (q: any) => L.grow(m, { layer: "h", units: 1, method: "gradmax", xs: k === "one" ? x : [x, x] as any, ys: q })], ["fitGrowing", (q: any) => L.fitGrowing(m, q, y, { schedule: { layers: "h", every: 1, units: 1, method: "zero" } as any, epochs: 1 })], ["fitGrowing ys", (q: any) => L.fitGrowing(m, k === "one" ? x : [x, x] as any, q, { schedule: { layers: "h", every: 1, units: 1, method: "gradmax" } as any, epochs: 2 })],
   ["replace", (q: any) => L.replaceRedundant(m, { layer: "h", threshold: 0.5, xs: q })], ["diversity", (q: any) => L.diversity(m, q)], ["settle", (q: any) => L.settle(m, { xs: q })],["inputCov", (q: any) => L.inputCovariance(q)], ["lpsModel",(q:any)=>L.lpsModel(m,{layers:q} as any)],["skip", (q: any) => L.initializeFromData(m, k === "one" ? x : [x, x] as any, { skip: q })]] as const)
    await say(`${k} ${fn} ${n}`, () => f(v));
}
