import { BEAT_MS, LedPainter, type SheetView } from "./led-painter.ts";

/** The canvas first, then what is to be drawn on it whenever that changes. */
export type SheetMessage = { readonly canvas: OffscreenCanvas } | { readonly view: SheetView };

let painter: LedPainter | undefined;
let turning: ReturnType<typeof setInterval> | undefined;

addEventListener("message", ({ data }: MessageEvent<SheetMessage>) => {
  if ("canvas" in data) painter = new LedPainter(data.canvas);
  else layOut(data.view);
});

function layOut(view: SheetView): void {
  clearInterval(turning);
  painter?.layOut(view, now());
  if (view.isStill || !view.rings.some(({ isInSight }) => isInSight)) return;
  // A timer costs less than a frame's callback.
  turning = setInterval(() => painter?.turn(now()), BEAT_MS);
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
