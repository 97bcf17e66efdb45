/**
 * Units that say the same in other numbers, so that a file in kilowatt-hours can feed a point in
 * watt-hours. Only what is exact by definition stands here; any other unit is a name to us.
 */

/** What a value in one unit is in another: `value * factor + offset`. */
export type Conversion = { readonly factor: number; readonly offset: number };

/** What one of them is in the first unit of its family. */
type Family = Readonly<Record<string, number | readonly [factor: number, offset: number]>>;

const FAMILIES: readonly Family[] = [
  { "°C": 1, K: [1, -273.15], "°F": [5 / 9, -160 / 9] },
  { Wh: 1, kWh: 1e3, MWh: 1e6, GWh: 1e9, J: 1 / 3_600, kJ: 1 / 3.6, MJ: 1e3 / 3.6, GJ: 1e6 / 3.6 },
  { W: 1, kW: 1e3, MW: 1e6, mW: 1e-3 },
  { VAh: 1, kVAh: 1e3 },
  { varh: 1, kvarh: 1e3 },
  { VA: 1, kVA: 1e3 },
  { var: 1, kvar: 1e3 },
  { V: 1, mV: 1e-3, kV: 1e3 },
  { A: 1, mA: 1e-3, kA: 1e3 },
  { Pa: 1, hPa: 100, mbar: 100, kPa: 1e3, bar: 1e5, MPa: 1e6 },
  { m3: 1, l: 1e-3 },
  { "m3/h": 1, "l/h": 1e-3, "l/min": 0.06, "l/s": 3.6, "m3/s": 3_600 },
  { m: 1, mm: 1e-3, cm: 1e-2, km: 1e3 },
  { "m/s": 1, "km/h": 1 / 3.6 },
  { kg: 1, g: 1e-3, t: 1e3 },
  { s: 1, ms: 1e-3, min: 60, h: 3_600 },
  { "%": 1, "‰": 0.1 },
  { ppm: 1, ppb: 1e-3 },
];

/** The same object wherever nothing is to be done. */
export const AS_IT_IS: Conversion = { factor: 1, offset: 0 };

/** How a value in one unit becomes one in the other; undefined where they measure other things. */
export function conversionOf(from: string, to: string): Conversion | undefined {
  const [source, target] = [plainUnit(from), plainUnit(to)];
  if (source === target) return AS_IT_IS;
  const family = FAMILIES.find((one) => source in one && target in one);
  if (!family) return undefined;
  const [a, b] = [stepOf(family[source]), stepOf(family[target])];
  return { factor: a.factor / b.factor, offset: (a.offset - b.offset) / b.factor };
}

/** Units whose values can become values of this one, itself first. */
export function unitsLike(unit: string): readonly string[] {
  const plain = plainUnit(unit);
  const family = FAMILIES.find((one) => plain in one) ?? {};
  return [unit, ...Object.keys(family).filter((other) => other !== plain)];
}

/** People and makers write `m³`, `degC`, `C` and `% rH`. */
function plainUnit(unit: string): string {
  const text = unit
    .trim()
    .replace(/\^?³|\^3/g, "3")
    .replace(/\^?²|\^2/g, "2");
  const heat = /^(?:deg|°|º)\s?([CFK])$/.exec(text)?.[1] ?? (text === "C" ? "C" : undefined);
  if (heat) return heat === "K" ? "K" : `°${heat}`;
  return /^%\s?r\.?[hHF]\.?$/.test(text) ? "%" : text;
}

function stepOf(step: Family[string] = 1): Conversion {
  const [factor, offset] = typeof step === "number" ? [step, 0] : step;
  return { factor, offset };
}
