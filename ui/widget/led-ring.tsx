import { type ReactNode, useEffect, useRef } from "react";
import { colourOf, useTheme } from "../theme.ts";
import { drawRing, type RingLook } from "./led-draw.ts";
import { play } from "./led-loop.ts";
import { type RingPicture, stillTime } from "./led-pace.ts";
import { lightUp, type Stamp, stampsOf } from "./led-pixels.ts";
import { type LedSheet, useLedSheet } from "./led-sheet.tsx";
import "./led-ring.css";

type LedRingProps = {
  /** What it shows, for ears. Empty where words beside it say so. */
  readonly label: string;
  /** In CSS pixels. */
  readonly size: number;
  /** Must be the same function as long as it is the same picture: a new one starts anew. */
  readonly picture: RingPicture;
  /** Many small rings need not be as smooth as one large ring. */
  readonly isSmall?: boolean;
  /** Stands in the middle. */
  readonly children?: ReactNode;
};

/** The firmware draws a frame each 23 ms. */
const SMOOTH_MS = 22;
const SMALL_MS = 50;

/** The LED ring of a device, in motion. */
export function LedRing({ label, size, picture, isSmall = false, children }: LedRingProps) {
  const box = useRef<HTMLSpanElement>(null);
  const theme = useTheme();
  const sheet = useLedSheet();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` stands for the tokens' colours
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = { size, body: colourOf("--led-body"), off: colourOf("--led-off") };
    const draw = isSmall ? smallRing(element, look, sheet) : largeRing(element, look);
    const stop = play(element, {
      draw: (tMs) => draw(picture(tMs)),
      everyMs: isSmall ? SMALL_MS : SMOOTH_MS,
      stillMs: () => stillTime(picture),
    });
    return () => {
      stop();
      sheet?.moved();
    };
  }, [size, picture, isSmall, theme, sheet]);

  const ears = label ? ({ role: "img", "aria-label": label } as const) : { "aria-hidden": true };
  return (
    <span ref={box} className="led-ring" style={{ width: size, height: size }} {...ears}>
      {!(sheet && isSmall) && <canvas style={{ width: size, height: size }} />}
      {children && <span className="led-ring-middle">{children}</span>}
    </span>
  );
}

type Draw = (bytes: Uint8Array) => void;

function largeRing(element: Element, look: RingLook): Draw {
  const drawing = drawingOf(element.querySelector("canvas"), look.size);
  return (bytes) => drawing && drawRing(drawing, bytes, look);
}

/** Of many rings most stay as they are for a while: those are not drawn again. */
function smallRing(element: Element, look: RingLook, sheet: LedSheet | undefined): Draw {
  const own = sheet ? null : drawingOf(element.querySelector("canvas"), look.size);
  let shown: { readonly bytes: Uint8Array; readonly age: number } | undefined;
  let pixels: RingPixels | undefined;
  return (bytes) => {
    const age = sheet?.age() ?? 0;
    if (shown?.age === age && areSame(shown.bytes, bytes)) return;
    shown = { bytes, age };
    if (pixels?.stamps.length !== bytes.length / 3) pixels = pixelsOf(look, bytes.length / 3);
    if (!pixels) return;
    const { image, dark, stamps } = pixels;
    image.data.set(dark);
    lightUp(image.data, stamps, bytes);
    if (sheet) sheet.put(element, image);
    else own?.putImageData(image, 0, 0);
  };
}

type RingPixels = {
  readonly image: ImageData;
  readonly dark: Uint8ClampedArray;
  readonly stamps: readonly Stamp[];
};

function pixelsOf(look: RingLook, leds: number): RingPixels | undefined {
  const drawing = drawingOf(document.createElement("canvas"), look.size);
  if (!drawing) return undefined;
  drawRing(drawing, new Uint8Array(3 * leds), look);
  const edge = drawing.canvas.width;
  const image = drawing.getImageData(0, 0, edge, edge);
  return { image, dark: image.data.slice(), stamps: stampsOf(edge, leds) };
}

function drawingOf(canvas: HTMLCanvasElement | null, size: number) {
  const drawing = canvas?.getContext("2d");
  if (!canvas || !drawing) return null;
  canvas.width = size * devicePixelRatio;
  canvas.height = size * devicePixelRatio;
  drawing.scale(devicePixelRatio, devicePixelRatio);
  return drawing;
}

function areSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  // Ten thousand times a second: a loop takes a third of what `every` does.
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}
