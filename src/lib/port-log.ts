import type { Log, LogFields } from "./log.ts";

/*
 * Lines of the log on their way out of a thread.
 */

export type LogLevel = "error" | "warn" | "info" | "debug";

/** A line of the log on its way to the thread that writes it. */
export type LogWord = {
  readonly say: "log";
  readonly level: LogLevel;
  readonly text: string;
  readonly fields?: LogFields;
};

/** A log whose lines another thread writes. */
export function portLog(say: (word: LogWord) => void): Log {
  const write = (level: LogLevel) => (text: string, fields?: LogFields) =>
    say({ say: "log", level, text, ...(fields && { fields }) });
  const log: Log = {
    error: write("error"),
    warn: write("warn"),
    info: write("info"),
    debug: write("debug"),
    child: () => log,
  };
  return log;
}
