/** A matrix as a picture: blue below zero, white at zero, red above; the strongest colours at ±scale. */
import { useEffect, useRef } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly rows: number;
  readonly cols: number;
  readonly data: ArrayLike<number>;
  readonly scale: number;
  /** Points to draw over it, in the square from −1.1 to 1.1, and their classes. */
  readonly points?: { readonly inputs: ArrayLike<number>; readonly labels: ArrayLike<number> };
}

/** Pixels of a picture with points. */
const SIDE = 240;
const [BLUE, WHITE, RED] = [
  [33, 102, 172],
  [247, 247, 247],
  [178, 24, 43],
] as const;

function colours(data: ArrayLike<number>, scale: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * data.length);
  for (let i = 0; i < data.length; i++) {
    const t = Math.max(-1, Math.min(1, data[i]! / scale || 0));
    const end = t < 0 ? BLUE : RED;
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = WHITE[c]! + (end[c]! - WHITE[c]!) * Math.abs(t);
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

export function Picture({ title, rows, cols, data, scale, points }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const image = new ImageData(colours(data, scale), cols, rows);
    if (!points) return context.putImageData(image, 0, 0);
    const small = new OffscreenCanvas(cols, rows);
    small.getContext("2d")!.putImageData(image, 0, 0);
    context.drawImage(small, 0, 0, SIDE, SIDE);
    for (let i = 0; i < points.labels.length; i++) {
      const [x, y] = [points.inputs[2 * i]!, points.inputs[2 * i + 1]!];
      context.fillStyle = points.labels[i] ? "rgb(103 0 13)" : "rgb(5 48 97)";
      context.fillRect(((x + 1.1) / 2.2) * SIDE - 1, ((1.1 - y) / 2.2) * SIDE - 1, 2.5, 2.5);
    }
  }, [data, scale, points]);
  const [width, height] = points ? [SIDE, SIDE] : [cols, rows];
  return (
    <canvas
      class="picture"
      ref={canvas}
      width={width}
      height={height}
      role="img"
      aria-label={title}
    />
  );
}
