import { formatName, formatValue } from "../format.ts";
import { Figure } from "../part/figure.tsx";
import type { Fleet } from "../pick.ts";
import { usePoints } from "../use-live.ts";

type FleetProps = { readonly fleet: Fleet };

/** A fleet on its scale: a bar from the lowest to the highest, and both as figures. */
export function FleetRange({ fleet }: FleetProps) {
  return (
    <div className="area-figure">
      <span className="hint cut">{formatName(fleet.name)}</span>
      <FleetBar fleet={fleet} />
      <FleetSpan fleet={fleet} />
    </div>
  );
}

/** `520 – 1 380 ppm`. Silent members do not count. */
export function FleetSpan({ fleet: { points } }: FleetProps) {
  const numbers = usePoints(points);
  const [first] = points;
  if (!first) return null;
  const ends = numbers.length === 0 ? [null] : [Math.min(...numbers), Math.max(...numbers)];
  const figures = ends.map((end) => formatValue(end, first.variable));
  const texts = [...new Set(figures.map(({ text }) => text))];
  return <Figure text={texts.join(" – ")} unit={figures[0]?.unit ?? ""} />;
}

function FleetBar({ fleet: { points } }: FleetProps) {
  const numbers = usePoints(points);
  const { range, normal } = points[0]?.variable ?? {};
  if (!range) return <span />;
  const [low, high] = range;
  const at = (x: number) => Math.max(0, Math.min(1, (x - low) / (high - low || 1))) * 100;
  const span = (from: number, to: number) => ({ left: `${at(from)}%`, right: `${100 - at(to)}%` });
  return (
    <div className="analog" aria-hidden>
      {normal && <span className="analog-band" style={span(normal[0], normal[1])} />}
      {numbers.length > 0 && (
        <span className="analog-span" style={span(Math.min(...numbers), Math.max(...numbers))} />
      )}
    </div>
  );
}
