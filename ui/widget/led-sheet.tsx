import {
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useMemo,
  useRef,
} from "react";
import { drawStillAgain } from "./led-loop.ts";

/** One canvas below many rings: a browser pays for each canvas that changes, in each frame. */
export type LedSheet = {
  /** Puts pixels at the place of an element. */
  put(element: Element, image: ImageData): void;
  /** Counts up whenever all that was put is gone or stands elsewhere. */
  age(): number;
  /** A ring came or went, so others may have moved. */
  moved(): void;
};

const Sheet = createContext<LedSheet | undefined>(undefined);

export function useLedSheet(): LedSheet | undefined {
  return useContext(Sheet);
}

type Place = { readonly x: number; readonly y: number };

/** Where many small rings stand: they share its canvas. */
export function LedSheetArea({ children }: { readonly children: ReactNode }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const sheet = useMemo(() => new SheetOf(canvas), []);
  useEffect(() => {
    const area = canvas.current?.parentElement;
    const observer = new ResizeObserver(() => sheet.moved());
    if (area) observer.observe(area);
    return () => observer.disconnect();
  }, [sheet]);
  return (
    <div className="led-sheet">
      <canvas ref={canvas} />
      <Sheet value={sheet}>{children}</Sheet>
    </div>
  );
}

class SheetOf implements LedSheet {
  readonly #canvas: RefObject<HTMLCanvasElement | null>;
  #places = new WeakMap<Element, Place>();
  #drawing: CanvasRenderingContext2D | null = null;
  #age = 0;
  #isMoved = true;

  constructor(canvas: RefObject<HTMLCanvasElement | null>) {
    this.#canvas = canvas;
  }

  moved(): void {
    this.#isMoved = true;
    this.#age += 1;
  }

  age(): number {
    return this.#age;
  }

  put(element: Element, image: ImageData): void {
    if (this.#isMoved) this.#layOut();
    const { x, y } = this.#places.get(element) ?? this.#placeOf(element);
    this.#drawing?.putImageData(image, x, y);
  }

  /** A canvas that gets a size is empty. */
  #layOut(): void {
    const canvas = this.#canvas.current;
    const area = canvas?.parentElement?.getBoundingClientRect();
    if (!canvas || !area) return;
    this.#isMoved = false;
    this.#places = new WeakMap();
    canvas.width = Math.ceil(area.width * devicePixelRatio);
    canvas.height = Math.ceil(area.height * devicePixelRatio);
    this.#drawing = canvas.getContext("2d");
    queueMicrotask(drawStillAgain);
  }

  #placeOf(element: Element): Place {
    const { left, top } = element.getBoundingClientRect();
    const area = this.#canvas.current?.parentElement?.getBoundingClientRect() ?? { left, top };
    const x = Math.round((left - area.left) * devicePixelRatio);
    const y = Math.round((top - area.top) * devicePixelRatio);
    this.#places.set(element, { x, y });
    return { x, y };
  }
}
