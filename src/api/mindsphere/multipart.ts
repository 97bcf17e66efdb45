/** One part of a multipart body: headers by their names in lower case, and its bytes. */
export type Part = { readonly headers: ReadonlyMap<string, string>; readonly content: Buffer };

/**
 * The parts of a body (RFC 2046, section 5.1), read as leniently as Insights Hub's clients write
 * it: lines may end in LF, parts in a line end too many, and the last delimiter may be missing.
 */
export function partsOf(body: Buffer, boundary: string): readonly Part[] {
  const delimiter = `--${boundary}`;
  const parts: Part[] = [];
  let start: number | undefined;
  for (let at = findLine(body, delimiter, 0); at >= 0; at = findLine(body, delimiter, at + 1)) {
    if (start !== undefined) parts.push(partIn(body.subarray(start, withoutLineEnd(body, at))));
    start = behindLine(body, at);
    if (body.toString("latin1", at + delimiter.length, at + delimiter.length + 2) === "--") {
      return parts;
    }
  }
  if (start !== undefined && start < body.length) parts.push(partIn(body.subarray(start)));
  return parts;
}

/** The boundary that a content type names; undefined where it is no multipart. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\//i.test(contentType.trim())) return undefined;
  const [, quoted, bare] = /boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  return quoted ?? bare;
}

/** Where a line begins with the text, from here on; -1 where none does. */
function findLine(body: Buffer, text: string, from: number): number {
  for (let at = body.indexOf(text, from); at >= 0; at = body.indexOf(text, at + 1)) {
    const after = body.toString("latin1", at + text.length, at + text.length + 1);
    const isLine = at === 0 || body[at - 1] === LF;
    // Another boundary may begin with the same letters.
    if (isLine && /^[-\s]?$/.test(after)) return at;
  }
  return -1;
}

const LF = 10;
const CR = 13;

function behindLine(body: Buffer, at: number): number {
  const end = body.indexOf(LF, at);
  return end < 0 ? body.length : end + 1;
}

/** The line end before a delimiter belongs to that. */
function withoutLineEnd(body: Buffer, at: number): number {
  if (at < 1 || body[at - 1] !== LF) return at;
  return body[at - 2] === CR ? at - 2 : at - 1;
}

/** Headers end at the first empty line; one that begins with it has none. */
function partIn(bytes: Buffer): Part {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const end = behindLine(bytes, at);
    const line = bytes.toString("latin1", at, end).trim();
    at = end;
    if (line === "") break;
    const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    headers.set(name.trim().toLowerCase(), value);
  }
  return { headers, content: bytes.subarray(at) };
}
