export type LogFields = Readonly<Record<string, unknown>>;

/** One line for one happening: a constant text to search for, and fields to read. */
export interface Log {
  error(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  debug(text: string, fields?: LogFields): void;
  child(room: string): Log;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LEVELS)[number];

/** One JSON object a line, for machines and for people with `jq`. */
export function jsonLog(write: (line: string) => void, level: LogLevel, now: () => number): Log {
  return roomLog({ write, threshold: LEVELS.indexOf(level), now }, undefined);
}

/** A log that says nothing, for tests that do not look at it. */
export const silentLog: Log = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  child: () => silentLog,
};

type Sink = { write: (line: string) => void; threshold: number; now: () => number };

function roomLog(sink: Sink, room: string | undefined): Log {
  const say = (level: LogLevel) => (text: string, fields?: LogFields) => {
    if (LEVELS.indexOf(level) < sink.threshold) return;
    const at = new Date(sink.now()).toISOString();
    const first = { at, level, ...(room && { room }), text };
    // First to be read first, and last so that no field takes their place.
    sink.write(`${JSON.stringify({ ...first, ...fields, ...first }, readable)}\n`);
  };
  return {
    error: say("error"),
    warn: say("warn"),
    info: say("info"),
    debug: say("debug"),
    child: (name) => roomLog(sink, name),
  };
}

/** JSON knows no errors and no big integers; the one would be `{}`, the other would throw. */
function readable(_name: string, value: unknown): unknown {
  if (value instanceof Error) return String(value);
  return typeof value === "bigint" ? String(value) : value;
}
