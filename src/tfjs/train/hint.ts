/**
 * Where a kernel of `tfjs-initializers/train` is missing, the wasm backend says which one and no more
 * (tensorflow/tfjs#8474). After `install` it also says what brings it: a kernel of that name, which only throws.
 */
import * as tf from "@tensorflow/tfjs-core";

const backendName = "wasm";

/** What training needs and the backend lacks. */
const lacking = [
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNativeBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
  "Einsum",
  "UnsortedSegmentSum",
];

/** Marks such a kernel; a global symbol, shared by all copies of this package. */
const HINT = Symbol.for("tfjs-initializers/hint");

/** Has a backend no such kernel, or only the hint? */
export function lacks(backendName: string, kernelName: string): boolean {
  const found = tf.getKernel(kernelName, backendName);
  return found === undefined || HINT in found.kernelFunc;
}

export function hint(): void {
  for (const kernelName of lacking) {
    if (tf.getKernel(kernelName, backendName)) continue;
    const kernelFunc = () => {
      throw new Error(
        `Kernel '${kernelName}' not registered for backend '${backendName}'. It comes with ` +
          '"tfjs-initializers/train" (import that; from a script tag, await tfjsInitializers.train())',
      );
    };
    tf.registerKernel({ kernelName, backendName, kernelFunc: Object.assign(kernelFunc, { [HINT]: true }) }); // prettier-ignore
  }
}

/** Takes the hints back; the kernels themselves stay. */
export function unhint(): void {
  for (const kernelName of lacking) {
    if (tf.getKernel(kernelName, backendName) && lacks(backendName, kernelName))
      tf.unregisterKernel(kernelName, backendName);
  }
}
