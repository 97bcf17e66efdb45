import { notFiniteIn } from "../../domain/not-finite.ts";
import type { Value } from "../../domain/reading.ts";

/** A number, and perhaps a unit behind it: `21.5`, `21,5 °C`, `3 m3/h`, `1.5 1/min`. */
const DIGITS = String.raw`[+-]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][+-]?\d+)?`;
/** Powers of a unit: `m2`, `m/s2`, `kg/m^3`, `min-1`. */
const POWER = String.raw`(?:(?<=m|\/s)[23]|(?<=\p{L})\^-?[1-3]|(?<=\P{L}(?:min|s|h))-1)(?!\d)`;
/** No other digits, which would be a time or a date; but so much of one unit in another. */
const UNIT = String.raw`(?:[^\d\s.,;:+-]|(?<=\s)1\/\p{L})(?:[^\d;:]|${POWER}){0,15}`;
const NUMBER = new RegExp(String.raw`^(${DIGITS})\s*(${UNIT})?$`, "u");
const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ["on", true],
  ["off", false],
  ["true", true],
  ["false", false],
]);

export type Said = { readonly value: Value | null; readonly unit: string };

/** What a text stands for that is all of a payload. */
export function readText(text: string): Said {
  const trimmed = text.trim();
  const isOn = SWITCH.get(trimmed.toLowerCase());
  if (isOn !== undefined) return { value: isOn, unit: "" };
  const notFinite = notFiniteIn(trimmed);
  if (notFinite !== undefined) return { value: notFinite, unit: "" };
  const [, digits, unit = ""] = NUMBER.exec(trimmed) ?? [];
  if (digits === undefined) return { value: trimmed, unit: "" };
  return { value: numberIn(digits.replace(",", ".")), unit: unit.trim() };
}

function numberIn(digits: string): number | bigint | null {
  const number = Number(digits);
  if (/^[+-]?\d+$/.test(digits) && !Number.isSafeInteger(number)) return BigInt(digits);
  return Number.isFinite(number) ? number : null;
}
