import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { colourOf, useTheme } from "../theme.ts";
import type { RingView, SheetView } from "./led-painter.ts";
import type { SheetMessage } from "./led-sheet-worker.ts";
import type { LedShow } from "./led-show.ts";

/** Many small rings that another thread draws on one canvas below them. */
type LedSheet = {
  /** Plays where an element stands, so many CSS pixels wide, until what is returned is called. */
  add(element: Element, size: number, show: LedShow): () => void;
};

const Sheet = createContext<LedSheet | undefined>(undefined);

/** Undefined where a ring draws on a canvas of its own. */
export function useLedSheet(): LedSheet | undefined {
  return useContext(Sheet);
}

/** Where many small rings stand: they share its canvas. */
export function LedSheetArea({ children }: { readonly children: ReactNode }) {
  const area = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [sheet] = useState(() => (canDrawElsewhere() ? new SheetOf() : undefined));
  useEffect(() => (area.current ? sheet?.open(area.current) : undefined), [sheet]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` stands for the tokens' colours
  useEffect(() => sheet?.changed(), [sheet, theme]);
  return (
    <div className="led-sheet" ref={area}>
      <Sheet value={sheet}>{children}</Sheet>
    </div>
  );
}

/** Browsers before 2023 cannot. */
function canDrawElsewhere(): boolean {
  return "transferControlToOffscreen" in HTMLCanvasElement.prototype;
}

type Ring = Pick<RingView, "size" | "show" | "startedAt"> & { isInSight: boolean };

class SheetOf implements LedSheet {
  readonly #rings = new Map<Element, Ring>();
  readonly #sight = new IntersectionObserver((entries) => this.#see(entries));
  #area: Element | undefined;
  #worker: Worker | undefined;
  #isTold = true;

  /** Draws below what stands in an area, until what is returned is called. */
  open(area: Element): () => void {
    const canvas = document.createElement("canvas");
    area.prepend(canvas);
    const worker = new Worker(new URL("led-sheet-worker.ts", import.meta.url), { type: "module" });
    const offscreen = canvas.transferControlToOffscreen();
    worker.postMessage({ canvas: offscreen } satisfies SheetMessage, [offscreen]);
    this.#area = area;
    this.#worker = worker;
    const isLeft = new AbortController();
    const changed = () => this.changed();
    calm().addEventListener("change", changed, isLeft);
    document.addEventListener("visibilitychange", changed, isLeft);
    const size = new ResizeObserver(changed);
    size.observe(area);
    this.changed();
    return () => {
      isLeft.abort();
      size.disconnect();
      worker.terminate();
      canvas.remove();
      this.#worker = undefined;
    };
  }

  add(element: Element, size: number, show: LedShow): () => void {
    const startedAt = performance.timeOrigin + performance.now();
    this.#rings.set(element, { size, show, startedAt, isInSight: false });
    this.#sight.observe(element);
    this.changed();
    return () => {
      this.#rings.delete(element);
      this.#sight.unobserve(element);
      this.changed();
    };
  }

  /** However much changes at once, it is told once. */
  changed(): void {
    if (!this.#isTold) return;
    this.#isTold = false;
    queueMicrotask(() => {
      this.#isTold = true;
      if (!this.#area) return;
      this.#worker?.postMessage({ view: this.#viewOf(this.#area) } satisfies SheetMessage);
    });
  }

  #see(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const ring = this.#rings.get(target);
      if (!ring || ring.isInSight === isIntersecting) continue;
      ring.isInSight = isIntersecting;
      this.changed();
    }
  }

  #viewOf(area: Element): SheetView {
    const { left, top, width, height } = area.getBoundingClientRect();
    const rings = Array.from(this.#rings, ([element, ring]) => {
      const place = element.getBoundingClientRect();
      const isInSight = ring.isInSight && !document.hidden;
      return { ...ring, isInSight, x: place.left - left, y: place.top - top };
    });
    return {
      width,
      height,
      scale: devicePixelRatio,
      look: { body: colourOf("--led-body"), off: colourOf("--led-off") },
      isStill: calm().matches,
      rings,
    };
  }
}

function calm(): MediaQueryList {
  return matchMedia("(prefers-reduced-motion: reduce)");
}
