import * as tf from "@tensorflow/tfjs-core";

/**
 * Kernel ResizeNearestNeighborGrad: each dy goes to the pixel from which its output was copied. Resizing an image
 * whose values are the numbers of its pixels gives these pixels.
 */
export const resizeNearestNeighborGrad: tf.KernelFunc = ({ inputs, attrs }) => {
  const { images, dy } = inputs as unknown as Record<"images" | "dy", tf.Tensor4D>;
  const { alignCorners, halfPixelCenters } = attrs as Record<string, boolean | undefined>;
  const [n, height, width, channels] = images.shape;
  const [, rows, cols] = dy.shape;
  const pixels = height * width;
  return tf.tidy(() => {
    const numbers = tf.reshape<tf.Rank.R4>(tf.range(0, pixels), [1, height, width, 1]);
    const sources = tf.image.resizeNearestNeighbor(numbers, [rows, cols], alignCorners, halfPixelCenters); // prettier-ignore
    const within = tf.reshape(tf.cast(sources, "int32"), [1, rows * cols]);
    const image = tf.range(0, n * pixels, pixels, "int32");
    const all = tf.reshape<tf.Rank.R1>(tf.add(tf.reshape(image, [n, 1]), within), [-1]);
    const sums = tf.unsortedSegmentSum(tf.reshape(dy, [-1, channels]), all, n * pixels);
    return tf.reshape(sums, images.shape);
  });
};
