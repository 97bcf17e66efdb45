import { BLACK, type Colour } from "../../src/domain/led-colour.ts";
import { LedAhead } from "./led-ahead.ts";
import { drawRing, type RingLook } from "./led-draw.ts";
import { stillTime } from "./led-pace.ts";
import { lightUp, type PixelArea, putDark, type RingPixels, ringPixels } from "./led-pixels.ts";
import { type LedShow, showAt } from "./led-show.ts";

/** A sheet of rings as it is to be drawn; lengths in CSS pixels. */
export type SheetView = {
  readonly width: number;
  readonly height: number;
  /** Pixels of the display to one of CSS. */
  readonly scale: number;
  readonly look: Omit<RingLook, "size">;
  /** For people who want no motion. */
  readonly isStill: boolean;
  readonly rings: readonly RingView[];
};

export type RingView = {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly show: LedShow;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Others are drawn once, for paper has no sight. */
  readonly isInSight: boolean;
};

type Ring = {
  readonly view: RingView;
  readonly area: PixelArea;
  readonly pixels: RingPixels;
  readonly shown: Int32Array;
  readonly ahead: LedAhead;
};

/** From one picture to the next. Small rings need not be as smooth as a large one. */
export const BEAT_MS = 50;

type Sheet = { readonly image: ImageData; readonly words: Uint32Array };

/**
 * Draws all rings of a sheet into one picture, and hands it over once a frame: a browser pays for
 * each canvas that changes, and for each time that it is told.
 */
export class LedPainter {
  readonly #canvas: OffscreenCanvas;
  readonly #drawing: OffscreenCanvasRenderingContext2D | null;
  /** By all that they depend on. */
  readonly #pixels = new Map<string, RingPixels>();
  #sheet: Sheet | undefined;
  #rings: readonly Ring[] = [];
  /** Of the first beat. */
  #startedAt = 0;

  constructor(canvas: OffscreenCanvas) {
    this.#canvas = canvas;
    this.#drawing = canvas.getContext("2d");
  }

  /** Draws everything anew. */
  layOut(view: SheetView, now: number): void {
    this.#sheet = this.#clear(pixelsOf(view.width, view), pixelsOf(view.height, view));
    this.#startedAt = now;
    this.#rings = view.rings.flatMap((ring, index) => this.#place(ring, view, index) ?? []);
    for (const ring of this.#rings) light(ring, firstOf(ring.view, view.isStill, now));
    this.#handOver();
  }

  /** Draws what has changed since, and is in sight. */
  turn(now: number): void {
    const beat = Math.round((now - this.#startedAt) / BEAT_MS);
    let isChanged = false;
    for (const ring of this.#rings) {
      if (ring.view.isInSight && light(ring, ring.ahead.at(beat))) isChanged = true;
    }
    if (isChanged) this.#handOver();
  }

  #clear(width: number, height: number): Sheet | undefined {
    const known = this.#sheet;
    if (known?.image.width === width && known.image.height === height) {
      known.words.fill(0);
      return known;
    }
    this.#canvas.width = width;
    this.#canvas.height = height;
    const image = this.#drawing?.createImageData(width, height);
    return image && { image, words: new Uint32Array(image.data.buffer) };
  }

  #place(ring: RingView, view: SheetView, index: number): Ring | undefined {
    if (!this.#sheet) return undefined;
    const { image, words } = this.#sheet;
    const pixels = this.#pixelsFor(ring, view, image.width);
    if (!pixels) return undefined;
    const x = Math.round(ring.x * view.scale);
    const y = Math.round(ring.y * view.scale);
    const { edge } = pixels;
    // Where the page has moved on meanwhile: the next view comes at once.
    if (x < 0 || y < 0 || x + edge > image.width || y + edge > image.height) return undefined;
    const area = { words, stride: image.width, at: y * image.width + x };
    putDark(area, pixels);
    const firstMs = sinceStart(ring, this.#startedAt);
    const ahead = new LedAhead(ring.show, (beat) => firstMs + beat * BEAT_MS, index);
    return { view: ring, area, pixels, shown: new Int32Array(pixels.leds.length), ahead };
  }

  #pixelsFor(ring: RingView, view: SheetView, stride: number): RingPixels | undefined {
    const { ledCount } = ring.show;
    const { scale, look } = view;
    const key = [ring.size, ledCount, scale, look.body, look.off, stride].join(" ");
    const known = this.#pixels.get(key);
    if (known) return known;
    const edge = Math.floor(ring.size * scale);
    const drawing = new OffscreenCanvas(edge, edge).getContext("2d");
    if (!drawing) return undefined;
    drawing.scale(scale, scale);
    drawRing(drawing, Array<Colour>(ledCount).fill(BLACK), { ...look, size: ring.size });
    const dark = new Uint32Array(drawing.getImageData(0, 0, edge, edge).data.buffer);
    const pixels = ringPixels(dark, edge, ledCount, stride);
    this.#pixels.set(key, pixels);
    return pixels;
  }

  #handOver(): void {
    if (this.#sheet) this.#drawing?.putImageData(this.#sheet.image, 0, 0);
  }
}

function pixelsOf(length: number, { scale }: SheetView): number {
  return Math.max(1, Math.ceil(length * scale));
}

/** False where it shows that already. */
function light({ area, pixels, shown }: Ring, colours: Int32Array | undefined): boolean {
  return colours !== undefined && lightUp(area, pixels, colours, shown);
}

function firstOf(ring: RingView, isStill: boolean, now: number): Int32Array {
  const at = (tMs: number) => showAt(ring.show, tMs);
  return Int32Array.from(at(isStill ? stillTime(at) : sinceStart(ring, now)));
}

function sinceStart({ startedAt }: RingView, now: number): number {
  return Math.max(0, now - startedAt);
}
