import { LedPainter, type SheetView } from "./led-painter.ts";

/** The canvas first, then what is to be drawn on it whenever that changes. */
export type SheetMessage = { readonly canvas: OffscreenCanvas } | { readonly view: SheetView };

/** Small rings need not be as smooth as a large one. A timer costs less than a frame's callback. */
const TURN_MS = 50;

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
  turning = setInterval(() => painter?.turn(now()), TURN_MS);
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
