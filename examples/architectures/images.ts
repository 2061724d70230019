/** Architectures for images. */
import { layers, model } from "@tensorflow/tfjs-layers";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import {
  average,
  classes,
  conv,
  dense,
  image,
  merged,
  norm,
  plain,
  pool,
  relu,
  relu6,
  reluConv,
  through,
} from "./parts.ts";

/** LeCun et al. 1998. */
export function lenet(): LayersModel {
  const inputs = image(16, 1);
  const features = through(inputs, conv(6, 5, { activation: "tanh" }), layers.averagePooling2d({ poolSize: 2 }), conv(16, 5, { activation: "tanh", padding: "valid" }), layers.averagePooling2d({ poolSize: 2 })); // prettier-ignore
  const outputs = through(features, layers.flatten(), dense(24, "tanh"), dense(16, "tanh"), classes()); // prettier-ignore
  return model({ inputs, outputs });
}

/** Simonyan and Zisserman 2015. */
export function vgg(): LayersModel {
  const inputs = image();
  const features = through(inputs, reluConv(8), reluConv(8), pool(), reluConv(12), reluConv(12), pool(), layers.flatten()); // prettier-ignore
  const outputs = through(features, dense(24, "relu"), layers.dropout({ rate: 0.5 }), dense(24, "relu"), classes()); // prettier-ignore
  return model({ inputs, outputs });
}

/** He et al. 2016, with a block in each of three stages. */
export function resnet({ side = 16, width = 8, blocks = 1 } = {}): LayersModel {
  const inputs = image(side);
  let x = through(inputs, plain(width), norm(), relu());
  for (const [filters, stride] of stages(width, blocks)) {
    const branch = through(x, plain(filters, 3, stride), norm(), relu(), plain(filters), norm());
    const same = stride === 1;
    const direct = same ? x : through(x, plain(filters, 1, stride), norm());
    x = through(merged(layers.add(), direct, branch), relu());
  }
  return model({ inputs, outputs: through(x, average(), classes()) });
}

/** Filters and stride of every block: three stages, of which each but the first halves the image. */
function stages(width: number, blocks: number): [filters: number, stride: number][] {
  return [1, 2, 4].flatMap((times, stage) =>
    Array.from({ length: blocks }, (_, i): [number, number] => [
      times * width,
      i === 0 && stage > 0 ? 2 : 1,
    ]),
  );
}

/** Zagoruyko and Komodakis 2016: blocks that normalize first; wide by the factor `times`. */
export function wideResnet({ side = 16, width = 4, times = 2, blocks = 1 } = {}): LayersModel {
  const inputs = image(side);
  let [x, channels] = [through(inputs, plain(width)), width];
  for (const [filters, stride] of stages(times * width, blocks)) {
    const start = through(x, norm(), relu());
    const branch = through(start, plain(filters, 3, stride), norm(), relu(), plain(filters));
    const same = stride === 1 && filters === channels;
    const direct = same ? x : through(start, plain(filters, 1, stride));
    [x, channels] = [merged(layers.add(), direct, branch), filters];
  }
  return model({ inputs, outputs: through(x, norm(), relu(), average(), classes()) });
}

/** Sandler et al. 2018: inverted residuals, whose ends are linear. */
export function mobilenet({ side = 16, width = 8 } = {}): LayersModel {
  const inputs = image(side);
  let x = through(inputs, plain(width, 3, 2), norm(), relu6());
  for (const [filters, stride] of [
    [1, 1],
    [2, 2],
    [2, 1],
  ].map(([times, stride]) => [width * times!, stride!] as const)) {
    // prettier-ignore
    const channels = x.shape.at(-1)!;
    const depthwise = layers.depthwiseConv2d({ kernelSize: 3, strides: stride, padding: "same", useBias: false }); // prettier-ignore
    const branch = through(x, plain(3 * channels, 1), norm(), relu6(), depthwise, norm(), relu6(), plain(filters, 1), norm()); // prettier-ignore
    x = stride === 1 && filters === channels ? merged(layers.add(), x, branch) : branch;
  }
  return model({ inputs, outputs: through(x, plain(4 * width, 1), norm(), relu6(), average(), classes()) }); // prettier-ignore
}

/** Huang et al. 2017: two blocks of two layers with bottlenecks, and a transition between. */
export function densenet(): LayersModel {
  const [inputs, rate] = [image(), 4];
  const block = (start: SymbolicTensor) => {
    let x = start;
    for (let i = 0; i < 2; i++) {
      const added = through(x, norm(), relu(), plain(2 * rate, 1), norm(), relu(), plain(rate));
      x = merged(layers.concatenate(), x, added);
    }
    return x;
  };
  const first = block(through(inputs, plain(2 * rate)));
  const second = block(through(first, norm(), relu(), plain(8, 1), layers.averagePooling2d({ poolSize: 2 }))); // prettier-ignore
  return model({ inputs, outputs: through(second, norm(), relu(), average(), classes()) });
}

/** Ronneberger et al. 2015, one level up by each of the two usual ways. */
export function unet(): LayersModel {
  const inputs = image();
  const top = through(inputs, reluConv(6), reluConv(6));
  const middle = through(top, pool(), reluConv(8), reluConv(8));
  const bottom = through(middle, pool(), reluConv(12), reluConv(12));
  const transposed = layers.conv2dTranspose({ filters: 8, kernelSize: 2, strides: 2, padding: "same" }); // prettier-ignore
  const up = through(merged(layers.concatenate(), middle, through(bottom, transposed)), reluConv(8)); // prettier-ignore
  const resized = through(up, layers.upSampling2d({ size: [2, 2] }), reluConv(6, 2));
  const last = through(merged(layers.concatenate(), top, resized), reluConv(6));
  return model({ inputs, outputs: through(last, conv(2, 1, { activation: "softmax" })) });
}

/** Szegedy et al. 2015: one module of four branches. */
export function inception(): LayersModel {
  const inputs = image();
  const stem = through(inputs, reluConv(8), pool());
  const mixed = merged(
    layers.concatenate(),
    through(stem, reluConv(4, 1)),
    through(stem, reluConv(4, 1), reluConv(6)),
    through(stem, reluConv(2, 1), reluConv(4, 5)),
    through(stem, layers.maxPooling2d({ poolSize: 3, strides: 1, padding: "same" }), reluConv(4, 1)), // prettier-ignore
  );
  return model({ inputs, outputs: through(mixed, reluConv(12), average(), classes()) });
}

/** Iandola et al. 2016: two fire modules, and no dense layer. */
export function squeezenet(): LayersModel {
  const inputs = image();
  const fire = (x: SymbolicTensor, squeezed: number) => {
    const small = through(x, reluConv(squeezed, 1));
    return merged(layers.concatenate(), through(small, reluConv(2 * squeezed, 1)), through(small, reluConv(2 * squeezed))); // prettier-ignore
  };
  const x = fire(through(fire(through(inputs, reluConv(8), pool()), 4), pool()), 6);
  return model({ inputs, outputs: through(x, layers.dropout({ rate: 0.5 }), reluConv(10, 1), average(), layers.softmax({})) }); // prettier-ignore
}

/** Chollet 2017: separable convolutions in a residual block. */
export function xception(): LayersModel {
  const inputs = image();
  const separable = (filters: number) =>
    layers.separableConv2d({ filters, kernelSize: 3, padding: "same", useBias: false });
  const stem = through(inputs, plain(8, 3, 2), norm(), relu());
  const branch = through(stem, separable(12), norm(), relu(), separable(12), norm(), layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" })); // prettier-ignore
  const x = merged(layers.add(), branch, through(stem, plain(12, 1, 2), norm()));
  return model({ inputs, outputs: through(x, separable(16), norm(), relu(), average(), classes()) }); // prettier-ignore
}

/** Convolutions down to a code, and transposed ones up from it. */
export function autoencoder(): LayersModel {
  const inputs = image(16, 1);
  const code = through(inputs, reluConv(6, 3, { strides: 2 }), reluConv(8, 3, { strides: 2 }), layers.flatten(), dense(10, "relu")); // prettier-ignore
  const up = (filters: number) =>
    layers.conv2dTranspose({ filters, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }); // prettier-ignore
  const start = through(code, dense(4 * 4 * 8, "relu"), layers.reshape({ targetShape: [4, 4, 8] }));
  return model({ inputs, outputs: through(start, up(8), up(6), conv(1, 3, { activation: "sigmoid" })) }); // prettier-ignore
}

/** Hu et al. 2018: channels scaled by a function of their means. */
export function squeezeAndExcitation(): LayersModel {
  const inputs = image();
  let x = through(inputs, plain(8), norm(), relu());
  for (const filters of [8, 12]) {
    const features = through(x, plain(filters), norm(), relu());
    const scales = through(features, average(), dense(4, "relu"), dense(filters, "sigmoid"), layers.reshape({ targetShape: [1, 1, filters] })); // prettier-ignore
    x = merged(layers.multiply(), features, scales);
  }
  return model({ inputs, outputs: through(x, average(), classes()) });
}
