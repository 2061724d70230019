/**
 * Hints for kernels that the wasm backend lacks. Where a kernel is missing, the backend's error names the kernel only
 * (tensorflow/tfjs#8474). After `install`, a kernel of that name is registered that throws an error which also names
 * `tfjs-initializers/train`.
 */
import * as tf from "@tensorflow/tfjs-core";

const backendName = "wasm";

/** Kernels that training needs and the backend lacks. */
const lacking = [
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNativeBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
  "Einsum",
  "UnsortedSegmentSum",
];

/** Marks a kernel that is only a hint. The symbol is global, shared by all copies of this package. */
const HINT = Symbol.for("tfjs-initializers/hint");

/** Whether a backend has no kernel of this name, or only the hint. */
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

/** Unregisters the hints; kernels that compute stay. */
export function unhint(): void {
  for (const kernelName of lacking) {
    if (tf.getKernel(kernelName, backendName) && lacks(backendName, kernelName))
      tf.unregisterKernel(kernelName, backendName);
  }
}
