import { parseJson } from "./json.ts";
import { failure, type Outcome, success } from "./outcome.ts";

export type Token = {
  readonly kind: "name" | "text" | "json" | "number" | "symbol" | "end";
  readonly text: string;
  /** The first character is 0. */
  readonly at: number;
};

export type Bindings = { readonly [symbol: string]: number | undefined };

const FORMS: readonly [Token["kind"] | "space" | "quoted", RegExp][] = [
  ["space", /\s+/y],
  ["name", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["quoted", /"(?:[^"\\]|\\.)*"/y],
  ["text", /'(?:[^'\\]|\\.)*'/y],
  ["json", /`[^`]*`/y],
  ["number", /-?\d+/y],
  ["symbol", /\[\]|\[\?|\|\||&&|==|!=|<=|>=|[.[\]()@|*!<>]/y],
];

/** The words of a JMESPath expression, or the character that begins none. */
export function tokensOf(text: string): Outcome<readonly Token[], string> {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const found = longestAt(text, at);
    if (!found) return failure(`${text[at]} is not known at character ${at + 1}`);
    const [form, word] = found;
    if (form !== "space") tokens.push(tokenOf(form, word, at));
    at += word.length;
  }
  return success([...tokens, { kind: "end", text: "the end", at: text.length }]);
}

function longestAt(text: string, at: number) {
  for (const [form, pattern] of FORMS) {
    pattern.lastIndex = at;
    const word = pattern.exec(text)?.[0];
    if (word !== undefined) return [form, word] as const;
  }
  return undefined;
}

function tokenOf(
  form: Exclude<(typeof FORMS)[number][0], "space">,
  word: string,
  at: number,
): Token {
  const inner = word.slice(1, -1);
  switch (form) {
    case "quoted": {
      const name = parseJson(word);
      return { kind: "name", text: typeof name === "string" ? name : inner, at };
    }
    case "text":
      return { kind: "text", text: inner.replaceAll("\\'", "'"), at };
    case "json":
      return { kind: "json", text: inner, at };
    default:
      return { kind: form, text: word, at };
  }
}
