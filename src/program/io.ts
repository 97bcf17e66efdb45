import { readFileSync } from "node:fs";
import { type Config, type ConfigSources, readConfig } from "./config.ts";

/** Exit codes: 0 done, 2 wrong usage or a start that cannot work, 70 a bug. */
export type ExitCode = 0 | 2 | 70;

/** What a program may use of the process it runs in. */
export type Io = {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
  /** Where log lines go, each with its line end. */
  readonly log: (line: string) => void;
  readonly readInput: () => string;
  readonly environment: ConfigSources["environment"];
  /** Calls once when the process is asked to end. */
  readonly onStop: (call: () => void) => void;
  /** Calls for each line typed, until what it gives is called. Fallback: nobody types. */
  readonly onLine?: (call: (line: string) => void) => () => void;
};

/** Options as the command line says them: `--name value`, `--name=value`, or a switch alone. */
export function optionsOf(args: readonly string[]): Record<string, string | undefined> {
  const options: Record<string, string> = {};
  for (let index = 0; index < args.length; index += 1) {
    const [word = "", next = "--"] = args.slice(index, index + 2);
    const [, name = word, inline] = /^--([^=]+)(?:=(.*))?$/.exec(word) ?? [];
    const takesNext = word.startsWith("--") && inline === undefined && !next.startsWith("--");
    options[name] = takesNext ? next : (inline ?? "");
    if (takesNext) index += 1;
  }
  return options;
}

/** Reads the settings from all their places; complains and gives undefined where one is wrong. */
export function configOf(args: readonly string[], io: Io): Config | undefined {
  const { config: path, ...options } = optionsOf(args);
  const file = path === undefined ? {} : readFile(path);
  const config = file && readConfig({ options, environment: io.environment, file });
  if (config?.ok) return config.value;
  const mistakes = config ? config.problem : [`--config: cannot read '${path}' as JSON`];
  for (const mistake of mistakes) io.complain(mistake);
  return undefined;
}

function readFile(path: string): ConfigSources["file"] | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof json !== "object" || json === null) return undefined;
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, String(value)]));
  } catch {
    return undefined; // The caller says which file could not be read.
  }
}
