import { formatName, formatValue } from "../format.ts";
import { Figure } from "../part/figure.tsx";
import type { Fleet } from "../pick.ts";
import { usePoints } from "../use-live.ts";

/** From the lowest to the highest of a fleet: `520 – 1 380 ppm`. Silent members do not count. */
export function FleetRange({ fleet }: { readonly fleet: Fleet }) {
  const numbers = usePoints(fleet.points);
  const [first] = fleet.points;
  if (!first) return null;
  const { normal, range } = first.variable;
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const isKnown = numbers.length > 0;
  const least = formatValue(isKnown ? low : null, first.variable);
  const most = formatValue(isKnown ? high : null, first.variable);
  const text = least.text === most.text ? most.text : `${least.text} – ${most.text}`;
  const at = ([from, to]: readonly [number, number], x: number) =>
    `${Math.max(0, Math.min(1, (x - from) / (to - from || 1))) * 100}%`;
  return (
    <div className="area-figure">
      <span className="hint cut">{formatName(fleet.name)}</span>
      {range ? (
        <div className="analog" aria-hidden>
          {normal && (
            <span
              className="analog-band"
              style={{ left: at(range, normal[0]), right: `calc(100% - ${at(range, normal[1])})` }}
            />
          )}
          {isKnown && (
            <span
              className="analog-span"
              style={{ left: at(range, low), right: `calc(100% - ${at(range, high)})` }}
            />
          )}
        </div>
      ) : (
        <span />
      )}
      <Figure text={text} unit={most.unit} />
    </div>
  );
}
