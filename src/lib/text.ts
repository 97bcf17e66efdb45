const LOST = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * A text that every database keeps as it is: NUL, where C's texts end, becomes its picture ␀, and
 * half a surrogate pair, which UTF-8 cannot say, the replacement character.
 */
export function keepable(text: string): string {
  return text.replace(LOST, (lost) => (lost === "\0" ? "␀" : "\ufffd"));
}
