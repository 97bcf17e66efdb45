import type { PointReply, VariableReply } from "../src/api/contract.ts";
import { type Figure, formatNumber, formatValue, NO_VALUE } from "./format.ts";
import { assetName, byPath } from "./pick.ts";
import type { TrendColumns } from "./trend-window.ts";

/** An energy meter as the model shows it: registers that only grow, together its energy. */
export type Meter = {
  readonly assetId: string;
  readonly name: string;
  readonly registers: readonly PointReply[];
};

type Peak = { readonly watts: number; readonly at: number };

const HOUR_MS = 3_600_000;
/** Real energy only: apparent and reactive are no work. */
const WATT_HOURS: Readonly<Record<string, number>> = { Wh: 1, kWh: 1e3, MWh: 1e6, GWh: 1e9 };
const PHASE = /phase|\bL ?[123]\b/i;
/** What goes out, or counts the same energy again by price. */
const ASIDE = /export|returned|tariff|t[12]\b/i;

/** Every asset that counts energy; phases add up where nobody counts the whole. */
export function metersOf(points: readonly PointReply[]): Meter[] {
  const counters = points.filter(
    ({ variable }) =>
      variable.counter && wattHours(variable) !== undefined && !ASIDE.test(variable.name),
  );
  return [...new Set(counters.map(({ assetId }) => assetId))]
    .map((assetId) => {
      const own = counters.filter((point) => point.assetId === assetId);
      const wholes = own.filter((point) => !isPhase(point)).slice(0, 1);
      const registers = wholes.length > 0 ? wholes : own;
      return {
        assetId,
        name: own[0] ? assetName(own[0]) : "",
        registers,
        path: own[0]?.path ?? "",
      };
    })
    .sort(byPath);
}

/** What the registers of a meter make together, in watt-hours; null where one is not known. */
export function energyOf(
  { registers }: Meter,
  of: (point: PointReply) => number | null | undefined,
): number | null {
  let sum = 0;
  for (const point of registers) {
    const value = of(point);
    if (value === null || value === undefined) return null;
    sum += value * (wattHours(point.variable) ?? 0);
  }
  return sum;
}

/** Mean power, in watts, of energy that came in over some time. */
export function powerOf(wattHours: number | null, ms: number): number | null {
  return wattHours === null || ms <= 0 ? null : (wattHours * HOUR_MS) / ms;
}

/** The highest mean of a load profile's first line since `from`: watts, and when it began. */
export function peakOf({ at, pens }: TrendColumns, from: number): Peak | null {
  let peak: Peak | null = null;
  for (const [row, kilowatts] of (pens[0]?.avg ?? []).entries()) {
    const start = (at[row] ?? 0) * 1000;
    if (typeof kilowatts !== "number" || start < from) continue;
    if (!peak || kilowatts * 1000 > peak.watts) peak = { watts: kilowatts * 1000, at: start };
  }
  return peak;
}

export function formatEnergy(wattHours: number | null): Figure {
  return scaled(wattHours, "Wh");
}

export function formatPower(watts: number | null): Figure {
  return scaled(watts, "W");
}

/** What any register says or grew by: energy with a prefix that can be read. */
export function formatRegister(value: number | null, variable: VariableReply): Figure {
  const [, prefix = "", unit] = /^([kMG]?)(Wh|VAh|varh)$/.exec(variable.unit ?? "") ?? [];
  if (unit === undefined) return formatValue(value, variable);
  return scaled(value === null ? null : value * 1000 ** PREFIXES.indexOf(prefix), unit);
}

const PREFIXES = ["", "k", "M", "G"];

/** `416 Wh`, `17.5 kWh`, `1 083.4 MWh`: a prefix more from ten thousand on. */
function scaled(value: number | null, unit: string): Figure {
  if (value === null || !Number.isFinite(value)) return { text: NO_VALUE, unit: "" };
  let power = 0;
  let shown = value;
  // A thousand watts are a kilowatt at once; beyond that four digits are still read well.
  while (power < PREFIXES.length - 1 && Math.abs(shown) >= (power === 0 ? 1e3 : 1e4)) {
    shown /= 1e3;
    power += 1;
  }
  const decimals = power === 0 ? 0 : Math.abs(shown) < 10 ? 2 : 1;
  return { text: formatNumber(shown, decimals), unit: `${PREFIXES[power]}${unit}` };
}

function isPhase({ aspect, variable }: PointReply): boolean {
  return PHASE.test(variable.name) || PHASE.test(aspect);
}

function wattHours({ unit }: VariableReply): number | undefined {
  return unit === undefined ? undefined : WATT_HOURS[unit];
}
