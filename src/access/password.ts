import { readFileSync } from "node:fs";
import { hash, type Options, parseOptions, verify } from "@node-rs/argon2";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { Gate } from "./gate.ts";

/** What a hash takes: KiB, passes, lanes. */
type HashCost = Required<Pick<Options, "memoryCost" | "timeCost" | "parallelism">>;

/** argon2id, the second choice of RFC 9106 section 4: 64 MiB, three passes. */
const COST: HashCost = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 1 };
/** Of a random password that was thrown away. */
const SALT_AND_HASH = "h3eqnnJzM9zWXDZDJ8g0Bg$Z/WX/TFy7DwEPFisYlbCaKPKALJXtSxM4UzA3HdE+N8";

/** Makes and checks password hashes, a few at a time. */
export class Passwords {
  /** Stands in for the hash of nobody's password. */
  readonly ofNobody: string;
  readonly #cost: HashCost;
  readonly #gate = new Gate(LIMIT.hashesAtOnce, LIMIT.hashesWaiting);
  readonly #common = readCommon();

  constructor(cost = COST) {
    const { memoryCost, timeCost, parallelism } = cost;
    const costs = `m=${memoryCost},t=${timeCost},p=${parallelism}`;
    this.ofNobody = `$argon2id$v=19$${costs}$${SALT_AND_HASH}`;
    this.#cost = cost;
  }

  /** What a password becomes at rest, or why it may not be one. `names` are the user's own. */
  async hash(password: string, names: readonly string[]): Promise<Outcome<string, Problem>> {
    const weakness = weaknessOf(password, names, this.#common);
    if (weakness !== undefined) return failure(problem("password_weak", weakness));
    const hashed = await this.#gate.through(() => hash(typed(password), this.#cost));
    return hashed === undefined ? failure(tooMany()) : success(hashed);
  }

  /** Takes as long for nobody's password (`undefined`) as for anybody's. */
  async isRight(
    passwordHash: string | undefined,
    password: string,
  ): Promise<Outcome<boolean, Problem>> {
    const isLong = password.length > 2 * LIMIT.passwordCharsMax;
    const against = isLong ? undefined : passwordHash;
    const candidate = isLong ? "" : typed(password);
    const isRight = await this.#gate.through(() => verify(against ?? this.ofNobody, candidate));
    if (isRight === undefined) return failure(tooMany());
    return success(isRight && against !== undefined);
  }

  /** Whether it was made with other costs than today's. */
  isOutdated(passwordHash: string): boolean {
    const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
    const { memoryCost: memory, timeCost: time, parallelism: lanes } = this.#cost;
    return memoryCost !== memory || timeCost !== time || parallelism !== lanes;
  }
}

/** Why it is weak: any composition is welcome, but it has to be long and not a known one. */
function weaknessOf(
  password: string,
  names: readonly string[],
  common: ReadonlySet<string>,
): string | undefined {
  const characters = [...password];
  if (characters.length < LIMIT.passwordChars)
    return `A password has at least ${LIMIT.passwordChars} characters; a few words will do.`;
  if (characters.length > LIMIT.passwordCharsMax)
    return `A password has at most ${LIMIT.passwordCharsMax} characters.`;
  const folded = password.normalize("NFKC").toLowerCase();
  if (common.has(folded)) return "This password is among the most common ones.";
  if (isPattern(folded)) return "This password repeats itself or follows the keyboard.";
  if (isKnownWord(folded, names))
    return "This password is little more than a name or a known word.";
  return undefined;
}

/** The same password typed on two keyboards can differ in bytes (NIST SP 800-63B, 3.1.1.2). */
function typed(password: string): string {
  return password.normalize("NFKC");
}

function tooMany(): Problem {
  return problem("sign_in_paused", "Too many people sign in at once: try again in a few seconds.");
}

/**
 * Those of at least twelve characters among the 100,000 passwords most often found in breaches
 * (NCSC and Have I Been Pwned, 2019) and in the word list of zxcvbn, in lower case.
 */
function readCommon(): ReadonlySet<string> {
  const file = new URL("common-passwords.txt", import.meta.url);
  return new Set(readFileSync(file, "utf8").split("\n"));
}

const KEYBOARD = [
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop",
  "qwertzuiop",
  "azertyuiop",
  "asdfghjkl",
];
const ROWS = [...KEYBOARD, "zxcvbnm", "yxcvbnm", "01234567890", "!@#$%^&*()"];
const STEPS = new Set(
  ROWS.flatMap((row) => [row, [...row].reverse().join("")]).flatMap((row) =>
    [...row].slice(1).map((character, index) => `${row[index]}${character}`),
  ),
);

function isPattern(folded: string): boolean {
  if (new Set(folded).size < 5) return true;
  const steps = [...folded.slice(1)].filter((character, index) =>
    STEPS.has(`${folded[index]}${character}`),
  );
  return steps.length >= folded.length * 0.7;
}

const WORDS = ["password", "passwort", "fieldline", "welcome", "willkommen", "letmein", "qwerty"];
const ROLE_WORDS = [
  "administrator",
  "admin",
  "operator",
  "engineer",
  "viewer",
  "scada",
  "changeme",
];
/** Letters and digits that must be left when such words are taken out. */
const LEFT = 8;

function isKnownWord(folded: string, names: readonly string[]): boolean {
  const words = [...names.map((name) => name.normalize("NFKC").toLowerCase()), ...WORDS];
  const known = [...words, ...ROLE_WORDS].filter((word) => word.length > 2);
  const left = known.reduce((rest, word) => rest.replaceAll(word, ""), folded);
  return left !== folded && left.replace(/[^\p{L}\p{N}]/gu, "").length < LEFT;
}
