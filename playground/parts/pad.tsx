/** A square to draw in, white on black, or what the camera sees. */
import { useEffect, useRef } from "preact/hooks";
import { drawDigits } from "../../examples/digits.ts";

export interface PadHandle {
  /** What is in the square, 28 x 28, from 0 to 1. */
  pixels(): Float32Array;
  clear(): void;
  /** Puts a digit there, for those who cannot draw. */
  draw(): void;
}

interface Props {
  readonly handle: { current: PadHandle | null };
  readonly camera: boolean;
  readonly changed: () => void;
  readonly failed: (message: string) => void;
}

const SIDE = 28;
const SIZE = 280;

export function Pad({ handle, camera, changed, failed }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const digits = useRef(0);

  useEffect(() => {
    const context = canvas.current!.getContext("2d", { willReadFrequently: true })!;
    const clear = () => {
      context.fillStyle = "black";
      context.fillRect(0, 0, SIZE, SIZE);
    };
    const small = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true })!;
    handle.current = {
      clear,
      pixels() {
        small.drawImage(video.current ?? canvas.current!, 0, 0, SIDE, SIDE);
        const { data } = small.getImageData(0, 0, SIDE, SIDE);
        return Float32Array.from(
          { length: SIDE * SIDE },
          (_, i) => (data[4 * i]! + data[4 * i + 1]! + data[4 * i + 2]!) / 765,
        );
      },
      draw() {
        // The next digit, in a hand of its own.
        const at = digits.current++;
        const { pixels } = drawDigits(at + 1, 7);
        const image = new ImageData(SIDE, SIDE);
        for (let i = 0; i < SIDE * SIDE; i++) {
          const grey = 255 * pixels[at * SIDE * SIDE + i]!;
          image.data.set([grey, grey, grey, 255], 4 * i);
        }
        small.putImageData(image, 0, 0);
        context.drawImage(small.canvas, 0, 0, SIZE, SIZE);
      },
    };
    clear();
    return () => void (handle.current = null);
  }, []);

  useEffect(() => {
    if (!camera) return;
    let stream: MediaStream | undefined;
    let over = false;
    const { mediaDevices } = navigator;
    const asked =
      mediaDevices?.getUserMedia({ video: { width: SIZE, height: SIZE } }) ?? Promise.reject();
    asked.then(
      (given) => {
        stream = given;
        if (over) return given.getTracks().forEach((track) => track.stop());
        video.current!.srcObject = given;
      },
      () =>
        failed("There is no camera here, or this page may not use it. Drawing works all the same."),
    );
    return () => {
      over = true;
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, [camera]);

  const at = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * SIZE,
      ((event.clientY - box.top) / box.height) * SIZE,
    ] as const;
  };
  const stroke = (event: PointerEvent, begin: boolean) => {
    if (!begin && event.buttons === 0) return;
    const context = canvas.current!.getContext("2d")!;
    const [x, y] = at(event);
    if (begin) {
      canvas.current!.setPointerCapture(event.pointerId);
      context.beginPath();
      context.moveTo(x, y);
    }
    context.strokeStyle = "white";
    context.lineWidth = 20;
    context.lineCap = context.lineJoin = "round";
    context.lineTo(x + 0.01, y);
    context.stroke();
  };

  return (
    <div class="pad">
      <canvas
        ref={canvas}
        width={SIZE}
        height={SIZE}
        hidden={camera}
        role="img"
        aria-label="A square to draw in"
        onPointerDown={(event) => stroke(event, true)}
        onPointerMove={(event) => stroke(event, false)}
        onPointerUp={changed}
      />
      {camera && (
        <video
          ref={video}
          autoplay
          muted
          playsInline
          width={SIZE}
          height={SIZE}
          aria-label="What the camera sees"
        />
      )}
    </div>
  );
}
