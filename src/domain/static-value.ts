import { parseIsoTime } from "../lib/iso-time.ts";
import type { Variable } from "./catalogue.ts";
import { integerOf, isInt32 } from "./integer.ts";
import { LIMIT } from "./limit.ts";
import type { Value } from "./reading.ts";

/*
 * What a variable says of texts. Values that people write down are all kept as such, so that no
 * digit of an integer of 64 bits is lost.
 */

const INTEGER = /^[+-]?\d{1,19}$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** What is wrong with this text as a value of the variable; undefined where nothing is. */
export function valueFault(variable: Variable, text: string): string | undefined {
  switch (variable.dataType) {
    case "boolean":
      return /^(true|false)$/i.test(text) ? undefined : "expected true or false";
    case "integer":
      return integerFault(variable, text);
    case "number":
      return NUMBER.test(text) && Number.isFinite(Number(text)) ? undefined : "expected a number";
    case "string":
      return textFault(variable, text);
  }
}

/**
 * What is wrong with a sample's text where its variable's type says what texts it holds; those of
 * other dialects are as they came.
 */
export function textSampleFault(variable: Variable, value: Value | null): string | undefined {
  const isTyped = variable.length !== undefined || variable.text === "timestamp";
  return isTyped && typeof value === "string" ? textFault(variable, value) : undefined;
}

function integerFault({ int32 }: Variable, text: string): string | undefined {
  const value = INTEGER.test(text) ? integerOf(BigInt(text.replace("+", ""))) : undefined;
  const isRight = value !== undefined && (!int32 || isInt32(value));
  return isRight ? undefined : `expected an integer of ${int32 ? 32 : 64} bits`;
}

function textFault({ text: kind, length }: Variable, text: string): string | undefined {
  if (kind === "timestamp") {
    return parseIsoTime(text) === undefined
      ? "expected a time like 2022-12-01T20:05:10Z"
      : undefined;
  }
  const most = length ?? (kind === "big" ? LIMIT.bigStringChars : LIMIT.stringChars);
  return text.length > most ? `expected at most ${most} characters` : undefined;
}
