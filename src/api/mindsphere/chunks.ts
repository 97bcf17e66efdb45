/**
 * The elements of a JSON array, as texts that together have at most so many characters, in order.
 * Cut by its letters and not read, so that numbers stay as they are. Undefined where it is none.
 */
export function chunksOf(text: string, charsMax: number): readonly string[] | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("[") || !trimmed.endsWith("]")) return undefined;
  const chunks: string[] = [];
  let chunk = "";
  for (const element of elementsOf(trimmed.slice(1, -1))) {
    if (chunk !== "" && chunk.length + element.length > charsMax) {
      chunks.push(chunk);
      chunk = "";
    }
    chunk = chunk === "" ? element : `${chunk},${element}`;
  }
  if (chunk !== "") chunks.push(chunk);
  return chunks;
}

/** Commas outside brackets and texts part the elements. */
function* elementsOf(text: string): Generator<string> {
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (token === "," && depth === 0) {
      yield text.slice(start, index);
      start = index + 1;
    }
  }
  if (text.slice(start).trim() !== "") yield text.slice(start);
}

/** Brackets and commas; whole texts are skipped with what is in them. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{},]/gs;
