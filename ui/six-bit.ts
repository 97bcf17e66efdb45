/** Names for the 64 colours of basic patterns: a hue, and how light or pale it is. */

const HUES: readonly (readonly [name: string, r: number, g: number, b: number])[] = [
  ["red", 1, 0, 0],
  ["orange", 1, 0.5, 0],
  ["yellow", 1, 1, 0],
  ["lime", 0.5, 1, 0],
  ["green", 0, 1, 0],
  ["mint", 0, 1, 0.5],
  ["cyan", 0, 1, 1],
  ["azure", 0, 0.5, 1],
  ["blue", 0, 0, 1],
  ["violet", 0.5, 0, 1],
  ["magenta", 1, 0, 1],
  ["pink", 1, 0, 0.5],
];
const GREYS = ["black", "dark grey", "light grey", "white"];

/** For ears and for those who do not see the swatch: `dark red`, `pale cyan`. */
export function sixBitName(code: number): string {
  const channels = [(code >> 4) & 3, (code >> 2) & 3, code & 3] as const;
  const [most, least] = [Math.max(...channels), Math.min(...channels)];
  if (most === least) return GREYS[most] ?? "grey";
  const [r, g, b] = channels.map((channel) => (channel - least) / (most - least));
  const nearest = HUES.toSorted((one, other) => apart(one, r, g, b) - apart(other, r, g, b))[0];
  const depth = ["", "dark ", "medium ", ""][most] ?? "";
  return `${depth}${least > 0 ? "pale " : ""}${nearest?.[0] ?? ""}`;
}

function apart(
  [, r, g, b]: readonly [string, number, number, number],
  red = 0,
  green = 0,
  blue = 0,
): number {
  return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
}
