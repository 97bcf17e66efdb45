import { type ReactNode, useEffect, useRef } from "react";
import { colourOf, useTheme } from "../theme.ts";
import { drawRing } from "./led-draw.ts";
import { play } from "./led-loop.ts";
import { stillTime } from "./led-pace.ts";
import { useLedSheet } from "./led-sheet.tsx";
import { type LedShow, showAt } from "./led-show.ts";
import "./led-ring.css";

type LedRingProps = {
  /** What it shows, for ears. Empty where words beside it say so. */
  readonly label: string;
  /** In CSS pixels. */
  readonly size: number;
  /** Must be the same object as long as it is the same show: a new one starts anew. */
  readonly show: LedShow;
  /** Many small rings need not be as smooth as one large ring. */
  readonly isSmall?: boolean;
  /** Stands in the middle. */
  readonly children?: ReactNode;
};

/** The firmware draws a frame each 23 ms. */
const SMOOTH_MS = 22;
const SMALL_MS = 50;

/** The LED ring of a device, in motion. */
export function LedRing({ label, size, show, isSmall = false, children }: LedRingProps) {
  const box = useRef<HTMLSpanElement>(null);
  const theme = useTheme();
  const around = useLedSheet();
  const sheet = isSmall ? around : undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` stands for the tokens' colours
  useEffect(() => {
    if (!box.current) return;
    if (sheet) return sheet.add(box.current, size, show);
    return playAlone(box.current, size, { show, everyMs: isSmall ? SMALL_MS : SMOOTH_MS });
  }, [size, show, isSmall, theme, sheet]);

  const ears = label ? ({ role: "img", "aria-label": label } as const) : { "aria-hidden": true };
  return (
    <span ref={box} className="led-ring" style={{ width: size, height: size }} {...ears}>
      {!sheet && <canvas style={{ width: size, height: size }} />}
      {children && <span className="led-ring-middle">{children}</span>}
    </span>
  );
}

type Playing = { readonly show: LedShow; readonly everyMs: number };

/** On a canvas of its own. */
function playAlone(element: Element, size: number, { show, everyMs }: Playing): () => void {
  const look = { size, body: colourOf("--led-body"), off: colourOf("--led-off") };
  const drawing = drawingOf(element.querySelector("canvas"), size);
  const at = (tMs: number) => showAt(show, tMs);
  return play(element, {
    draw: (tMs) => drawing && drawRing(drawing, at(tMs), look),
    everyMs,
    stillMs: () => stillTime(at),
  });
}

function drawingOf(canvas: HTMLCanvasElement | null, size: number) {
  const drawing = canvas?.getContext("2d");
  if (!canvas || !drawing) return null;
  canvas.width = size * devicePixelRatio;
  canvas.height = size * devicePixelRatio;
  drawing.scale(devicePixelRatio, devicePixelRatio);
  return drawing;
}
