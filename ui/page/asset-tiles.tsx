import { Pencil } from "lucide-react";
import type { PointReply } from "../../src/api/contract.ts";
import type { Value } from "../../src/domain/reading.ts";
import { decimalsOf, formatName, formatNumber } from "../format.ts";
import { faultsIn, UNSOUND_WORDS } from "../health.ts";
import { formatRegister } from "../meter.ts";
import { Age } from "../part/age.tsx";
import { PointAnalog } from "../part/analog.tsx";
import { IconButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Figure, PointFigure } from "../part/figure.tsx";
import { hasTrend } from "../part/pen.ts";
import { Sparkline } from "../part/sparkline.tsx";
import { usePoint, useSecond, useStale } from "../use-live.ts";
import { type Recent, startOfDay, useIncrease, useRecent } from "../use-recent.ts";
import { tableIn } from "../written.ts";

const HOUR_MS = 3_600_000;
/** Of a table; more do not fit into a tile. */
const TABLE_ROWS = 3;

type AssetTilesProps = {
  readonly title?: string;
  readonly points: readonly PointReply[];
  /** Absent: this person may not change points. */
  readonly onEdit: ((point: PointReply) => void) | undefined;
};

/** Every value of the asset now: figure, place on its scale, the last hour's shape. */
export function AssetTiles({ title = "Live", points, onEdit }: AssetTilesProps) {
  const hour = useRecent(points.filter(hasTrend), HOUR_MS);
  const midnight = startOfDay(useSecond());
  const today = useIncrease(
    points.filter(({ variable }) => variable.counter),
    midnight,
  );
  return (
    <Card title={title} meta="Lines: last hour" flush>
      <div className="tiles">
        {points.map((point) => (
          <Tile
            key={point.id}
            point={point}
            hour={hour.get(point.id)}
            today={today.get(point.id) ?? null}
            onEdit={onEdit}
          />
        ))}
      </div>
    </Card>
  );
}

type TileProps = {
  readonly point: PointReply;
  readonly hour: Recent | undefined;
  readonly today: number | null;
  readonly onEdit: AssetTilesProps["onEdit"];
};

function Tile({ point, hour, today, onEdit }: TileProps) {
  const { variable, aspect } = point;
  return (
    <div className="tile">
      <div className="tile-head">
        <span className="cut" title={`${aspect} · ${variable.name}`}>
          {tileName(point)}
        </span>
        {onEdit && (
          <IconButton
            label={`Edit ${tileName(point)}`}
            icon={Pencil}
            onClick={() => onEdit(point)}
          />
        )}
      </div>
      {variable.counter ? (
        <Figure {...formatRegister(today, variable)} size="big" />
      ) : (
        <PointFigure point={point} size="big" />
      )}
      <PointAnalog point={point} />
      <TileTable point={point} />
      {hour && hasTrend(point) && (
        <Sparkline label={`${tileName(point)}, last hour`} values={hour.shape} />
      )}
      <TileFoot point={point} />
    </div>
  );
}

/** The first rows of a value that is a table. */
function TileTable({ point }: { point: PointReply }) {
  const table = tableIn(usePoint(point)?.value);
  if (!table) return null;
  return (
    <table className="tile-table">
      <thead>
        <tr>
          {table.columns.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.slice(0, TABLE_ROWS).map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a table have no other name.
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={table.columns[column] ?? column}>{cell === null ? "–" : String(cell)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TileFoot({ point }: { point: PointReply }) {
  const newest = usePoint(point);
  const { variable } = point;
  const isStale = useStale(newest?.at, variable.freshnessMs) && !variable.counter;
  if (point.unsound && newest?.quality === "bad") {
    return <p className="tile-foot tile-doubt">{UNSOUND_WORDS}</p>;
  }
  return (
    <div className="tile-foot num">
      {variable.counter ? (
        <span className="cut">{`today, at ${registerText(newest?.value, variable)}`}</span>
      ) : (
        <span className="cut">{aboutWords(variable, newest?.value ?? null)}</span>
      )}
      {/* Of a stale value the figure itself says the age. */}
      {!isStale && <Age at={newest?.at ?? null} never="no value yet" />}
    </div>
  );
}

function registerText(value: Value | null | undefined, variable: PointReply["variable"]): string {
  const { text, unit } = formatRegister(typeof value === "number" ? value : null, variable);
  return `${text} ${unit}`.trim();
}

function aboutWords(variable: PointReply["variable"], value: Value | null): string {
  if (!variable.bits) return normalWords(variable);
  const faults = faultsIn(value, variable.bits);
  return faults.length > 0 ? `not: ${faults.join(", ")}` : "";
}

/** Where it should be, or else the ends of its scale. */
function normalWords(variable: PointReply["variable"]): string {
  const { normal, range } = variable;
  const ends = normal ?? range;
  if (!ends) return "";
  const decimals = ends.every(Number.isInteger) ? 0 : decimalsOf(variable);
  const [low, high] = ends.map((end) => formatNumber(end, decimals));
  return `${normal ? "normal" : "scale"} ${low} – ${high}`;
}

/** The variable's name; its aspect too where that says more, as `Énergie active · Phase 1`. */
/** What a value is called among those of its asset. */
export function tileName({ aspect, variable }: PointReply): string {
  const name = formatName(variable.name);
  const group = formatName(aspect);
  const isPlain = /^(phase|total|value|state|L?\d+)\b/i.test(variable.name);
  return isPlain && group !== name ? `${group} · ${name}` : name;
}
