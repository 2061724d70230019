/** Files that the page hands to its visitor. */

export function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The download has begun by then; the address is not needed any longer.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** All charts and pictures within an element, one below the other, as they are on the screen. */
export async function pictureOf(element: HTMLElement): Promise<Blob> {
  const box = element.getBoundingClientRect();
  const ratio = devicePixelRatio;
  const paper = new OffscreenCanvas(Math.ceil(box.width * ratio), Math.ceil(box.height * ratio));
  const context = paper.getContext("2d")!;
  const style = getComputedStyle(document.body);
  context.scale(ratio, ratio);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, box.width, box.height);
  for (const canvas of element.querySelectorAll("canvas")) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, left - box.left, top - box.top, width, height);
  }
  context.fillStyle = style.color;
  for (const text of element.querySelectorAll("h2, figcaption, .u-legend th, .why")) {
    const { left, top, width, height } = text.getBoundingClientRect();
    context.font = getComputedStyle(text).font;
    if (width && height)
      context.fillText(
        text.textContent ?? "",
        left - box.left,
        top - box.top + 0.75 * height,
        width,
      );
  }
  return paper.convertToBlob({ type: "image/png" });
}
