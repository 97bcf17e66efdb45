/** A model as it was copied from a web page, made JSON again, and what had to go for that. */
type PastedModel = {
  readonly text: string;
  readonly tags: number;
  readonly entities: number;
  readonly commas: number;
};

/**
 * Published models carry the page's own markup, its entities and commas before a closing bracket.
 * Only what people paste is cleaned, before their eyes; nothing is ever stripped on the wire.
 */
export function cleanModel(pasted: string): PastedModel {
  const untagged = replaced(pasted, TAG, () => "");
  const plain = replaced(untagged.text, ENTITY, ([, name = ""]) => characterOf(name));
  const strict = replaced(plain.text, STRING_OR_COMMA, ([whole = ""]) =>
    whole.startsWith('"') ? whole : "",
  );
  return {
    text: strict.text.trim(),
    tags: untagged.count,
    entities: plain.count,
    commas: strict.count,
  };
}

/** `2 tags, 1 trailing comma`, or nothing where nothing was cleaned. */
export function cleanedWords({ tags, entities, commas }: PastedModel): string {
  const kinds = [
    [tags, "HTML tag", "HTML tags"],
    [entities, "HTML entity", "HTML entities"],
    [commas, "trailing comma", "trailing commas"],
  ] as const;
  return kinds
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
    .join(", ");
}

/** Known names only: `a<b and c>d` in a description is no tag. */
const TAG =
  /<!--[\s\S]*?-->|<\/?(?:body|br|code|div|em|font|html|p|pre|samp|span|strong)\b[^<>]*>/gi;
const ENTITY = /&(amp|apos|gt|lt|nbsp|quot|#\d{1,7}|#x[\da-f]{1,6});/gi;
/** Strings are matched to be passed over: a comma within one is its own. */
const STRING_OR_COMMA = /"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g;

function replaced(
  text: string,
  pattern: RegExp,
  by: (match: readonly string[]) => string,
): { readonly text: string; readonly count: number } {
  let count = 0;
  const done = text.replace(pattern, (...match) => {
    const instead = by(match);
    if (instead !== match[0]) count += 1;
    return instead;
  });
  return { text: done, count };
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  gt: ">",
  lt: "<",
  nbsp: " ",
  quot: '"',
};

function characterOf(name: string): string {
  const lower = name.toLowerCase();
  if (!lower.startsWith("#")) return NAMED[lower] ?? "";
  const code = lower.startsWith("#x") ? Number(`0x${lower.slice(2)}`) : Number(lower.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD";
}
