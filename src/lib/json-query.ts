import { type ExactJson, isJsonObject, parseJson } from "./json.ts";
import { type Bindings, type Token, tokensOf } from "./json-query-tokens.ts";
import { failure, type Outcome, success } from "./outcome.ts";

/** What an expression finds in a JSON value; null where there is nothing. */
export type JsonQuery = (json: ExactJson) => ExactJson;

/**
 * The part of JMESPath (jmespath.org/specification) that picks values: fields, `[0]`, `[-1]`,
 * `[*]`, `[]`, `[?a == 'b' && c > `1`]`, `|`, `||`. It cannot loop, call or reach out of the value
 * it is given: what it takes grows with the value's size alone. Functions, slices, `*` of objects
 * and new lists or objects are not part of it, and are refused by name.
 */
export function compileJsonQuery(text: string): Outcome<JsonQuery, string> {
  const tokens = tokensOf(text);
  if (!tokens.ok) return tokens;
  try {
    return success(new Parser(tokens.value).whole());
  } catch (fault) {
    if (fault instanceof Unreadable) return failure(fault.message);
    throw fault;
  }
}

/** Thrown within this file alone. */
class Unreadable extends Error {}

/** How closely an operator holds what stands before it. */
const BINDING: Bindings = {
  "|": 1,
  "||": 2,
  "&&": 3,
  "==": 5,
  "!=": 5,
  "<": 5,
  "<=": 5,
  ">": 5,
  ">=": 5,
  "[]": 9,
  "[?": 21,
  ".": 40,
  "[": 55,
};
/** What binds less than this ends a projection. */
const ENDS_PROJECTION = 10;
const [OF_FLATTEN, OF_STAR, OF_FILTER, OF_NOT] = [9, 20, 21, 45];

const itself: JsonQuery = (json) => json;

/** Top-down operator precedence, as JMESPath's own grammar is read. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): JsonQuery {
    const query = this.#expression(0);
    if (this.#peek.kind !== "end") throw this.#unexpected();
    return query;
  }

  get #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "the end", at: 0 };
  }

  #take(): Token {
    const token = this.#peek;
    this.#at += 1;
    return token;
  }

  #isNext(symbol: string): boolean {
    const { kind, text } = this.#peek;
    return kind === "symbol" && text === symbol;
  }

  #expect(symbol: string): void {
    if (!this.#isNext(symbol)) throw this.#unexpected();
    this.#at += 1;
  }

  #unexpected({ text, at } = this.#peek): Unreadable {
    return new Unreadable(`${text === "" ? "''" : text} is not expected at character ${at + 1}`);
  }

  get #binding(): number {
    const { kind, text } = this.#peek;
    return kind === "symbol" ? (BINDING[text] ?? 0) : 0;
  }

  #expression(least: number): JsonQuery {
    let left = this.#first(this.#take());
    while (least < this.#binding) left = this.#next(left, this.#take());
    return left;
  }

  #first(token: Token): JsonQuery {
    switch (token.kind) {
      case "name":
        return this.#field(token);
      case "text":
        return () => token.text;
      case "json":
        return literal(token, this.#unexpected(token));
      case "symbol":
        return this.#firstSymbol(token);
      default:
        throw this.#unexpected(token);
    }
  }

  #field({ text }: Token): JsonQuery {
    if (this.#isNext("(")) throw new Unreadable(`functions are not known here: ${text}(…)`);
    return (json) =>
      isJsonObject(json) && Object.hasOwn(json, text) ? (json[text] ?? null) : null;
  }

  #firstSymbol(token: Token): JsonQuery {
    switch (token.text) {
      case "@":
        return itself;
      case "!": {
        const right = this.#expression(OF_NOT);
        return (json) => !isTruthy(right(json));
      }
      case "(": {
        const inner = this.#expression(0);
        this.#expect(")");
        return inner;
      }
      case "[":
      case "[?":
      case "[]":
        return this.#bracket(itself, token);
      default:
        throw this.#unexpected(token);
    }
  }

  #next(left: JsonQuery, token: Token): JsonQuery {
    switch (token.text) {
      case ".":
        return chained(left, this.#afterDot(BINDING["."] ?? 0));
      case "|":
        return chained(left, this.#expression(1));
      case "||": {
        const right = this.#expression(2);
        return (json) => either(left(json), () => right(json));
      }
      case "&&": {
        const right = this.#expression(3);
        return (json) => (isTruthy(left(json)) ? right(json) : left(json));
      }
      case "[":
      case "[?":
      case "[]":
        return this.#bracket(left, token);
      default: {
        const compare = COMPARISONS[token.text];
        if (!compare) throw this.#unexpected(token);
        const right = this.#expression(BINDING["=="] ?? 0);
        return (json) => compare(left(json), right(json));
      }
    }
  }

  #bracket(left: JsonQuery, { text }: Token): JsonQuery {
    if (text === "[?") {
      const condition = this.#expression(0);
      this.#expect("]");
      return projected(left, this.#rest(OF_FILTER), condition);
    }
    if (text === "[]") return projected((json) => flat(left(json)), this.#rest(OF_FLATTEN));
    if (this.#isNext("*")) {
      this.#expect("*");
      this.#expect("]");
      return projected(left, this.#rest(OF_STAR));
    }
    const index = this.#take();
    if (index.kind !== "number") throw this.#unexpected(index);
    this.#expect("]");
    return chained(left, (json) =>
      Array.isArray(json) ? (json.at(Number(index.text)) ?? null) : null,
    );
  }

  /** What is done with each entry of a list. */
  #rest(binding: number): JsonQuery {
    if (this.#binding < ENDS_PROJECTION) return itself;
    if (this.#isNext(".")) {
      this.#expect(".");
      return this.#afterDot(binding);
    }
    return this.#expression(binding);
  }

  #afterDot(binding: number): JsonQuery {
    if (this.#peek.kind !== "name") throw this.#unexpected();
    return this.#expression(binding);
  }
}

function literal({ text }: Token, fault: Unreadable): JsonQuery {
  const json = parseJson(text);
  if (json === undefined) throw fault;
  return () => json;
}

function chained(left: JsonQuery, right: JsonQuery): JsonQuery {
  return (json) => right(left(json));
}

/** Entries for which there is nothing are left out. */
function projected(list: JsonQuery, each: JsonQuery, condition?: JsonQuery): JsonQuery {
  return (json) => {
    const entries = list(json);
    if (!Array.isArray(entries)) return null;
    const wanted = condition ? entries.filter((entry) => isTruthy(condition(entry))) : entries;
    return wanted.map((entry) => each(entry)).filter((found) => found !== null);
  };
}

function flat(json: ExactJson): ExactJson {
  return Array.isArray(json) ? json.flat() : null;
}

function either(left: ExactJson, right: () => ExactJson): ExactJson {
  return isTruthy(left) ? left : right();
}

/** Nothing, false, and what is empty is not true; 0 is. */
function isTruthy(json: ExactJson): boolean {
  if (Array.isArray(json)) return json.length > 0;
  if (isJsonObject(json)) return Object.keys(json).length > 0;
  return json !== null && json !== false && json !== "";
}

type Compare = (a: ExactJson, b: ExactJson) => ExactJson;

const COMPARISONS: { readonly [symbol: string]: Compare | undefined } = {
  "==": (a, b) => isSame(a, b),
  "!=": (a, b) => !isSame(a, b),
  "<": ordered((a, b) => a < b),
  "<=": ordered((a, b) => a <= b),
  ">": ordered((a, b) => a > b),
  ">=": ordered((a, b) => a >= b),
};

function isSame(a: ExactJson, b: ExactJson): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((entry, index) => isSame(entry, b[index] ?? null));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const names = Object.keys(a);
  const isAlike = (name: string) => name in b && isSame(a[name] ?? null, b[name] ?? null);
  return names.length === Object.keys(b).length && names.every(isAlike);
}

type Numeric = number | bigint;

/** Only numbers have an order. */
function ordered(compare: (a: Numeric, b: Numeric) => boolean): Compare {
  return (a, b) => (isNumeric(a) && isNumeric(b) ? compare(a, b) : null);
}

function isNumeric(json: ExactJson): json is Numeric {
  return typeof json === "number" || typeof json === "bigint";
}
