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

/** Red, green and blue as they stand in the six bits: `11 00 00`. */
export function sixBits(code: number): string {
  return code
    .toString(2)
    .padStart(6, "0")
    .replace(/(..)(?=.)/g, "$1 ");
}

/** Of a row of all colours: a block for each share of red, and in it one for each of blue. */
const COLUMNS = 16;

/**
 * The colour beside another one, by the key of an arrow: blue and then red grow to the right, green
 * downwards. At the edge it stays; undefined for other keys.
 */
export function sixBitBeside(code: number, key: string): number | undefined {
  const [red, green, blue] = [code >> 4, (code >> 2) & 3, code & 3];
  const column = (red << 2) | blue;
  const at = (wantedColumn: number, wantedGreen: number) => {
    const [x, y] = [bounded(wantedColumn, COLUMNS - 1), bounded(wantedGreen, 3)];
    return ((x >> 2) << 4) | (y << 2) | (x & 3);
  };
  switch (key) {
    case "ArrowRight":
      return at(column + 1, green);
    case "ArrowLeft":
      return at(column - 1, green);
    case "ArrowDown":
      return at(column, green + 1);
    case "ArrowUp":
      return at(column, green - 1);
    case "Home":
      return at(0, 0);
    case "End":
      return at(COLUMNS - 1, 3);
    default:
      return undefined;
  }
}

function bounded(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

function apart(
  [, r, g, b]: readonly [string, number, number, number],
  red = 0,
  green = 0,
  blue = 0,
): number {
  return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
}
