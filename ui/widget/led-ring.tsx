import { type ReactNode, useEffect, useRef } from "react";
import { colourOf, useTheme } from "../theme.ts";
import { drawRing } from "./led-draw.ts";
import { play } from "./led-loop.ts";
import { type RingPicture, stillTime } from "./led-pace.ts";
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
  const box = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` stands for the tokens' colours
  useEffect(() => {
    const element = box.current;
    const canvas = element?.getContext("2d");
    if (!element || !canvas) return;
    const scale = window.devicePixelRatio || 1;
    element.width = size * scale;
    element.height = size * scale;
    canvas.scale(scale, scale);
    const look = { size, body: colourOf("--led-body"), off: colourOf("--led-off") };
    return play(element, {
      draw: (tMs) => drawRing(canvas, picture(tMs), look),
      everyMs: isSmall ? SMALL_MS : SMOOTH_MS,
      stillMs: () => stillTime(picture),
    });
  }, [size, picture, isSmall, theme]);

  const ears = label ? ({ role: "img", "aria-label": label } as const) : { "aria-hidden": true };
  return (
    <span className="led-ring" style={{ width: size, height: size }}>
      <canvas ref={box} style={{ width: size, height: size }} {...ears} />
      {children && <span className="led-ring-middle">{children}</span>}
    </span>
  );
}
