import { AGENT_KINDS } from "../domain/agent.ts";
import { ROLES } from "../domain/permission.ts";
import { CALENDAR_UNITS } from "../lib/calendar.ts";

type Usage = { readonly call: string; readonly about: string };

const PLACE = "[--data DIR | --url URL, token in FIELDLINE_TOKEN]";
const MOVE = "postgres://user:password@host/name [--data DIR]";
const ROLE = ROLES.join("|");

/** How each program is called: for `--help`, and for who has called it otherwise. */
const USAGES = {
  server: {
    call: "fieldline server [options]",
    about: "Broker, historian, screens and APIs; fieldline --help and docs/config.md list options.",
  },
  gateway: {
    call: "fieldline gateway --uplink URL --uplink-name NAME [options]",
    about: "The same at the edge; docs/gateway.md says how to begin, docs/config.md lists options.",
  },
  backup: {
    call: "fieldline backup FILE [--data DIR | --url URL], token in FIELDLINE_TOKEN",
    about: "Everything in one file, which holds secrets: of a running server with --url.",
  },
  restore: {
    call: "fieldline restore FILE [--data DIR]",
    about: "Verifies a backup, then writes it into an empty data folder.",
  },
  export: {
    call:
      "fieldline export --out FILE [--format csv|parquet] [--points ID,ID] [--from TIME] " +
      `[--to TIME] ${PLACE}; sums: --from TIME --to TIME ` +
      `--every 15m | --calendar ${CALENDAR_UNITS.join("|")} [--tz Europe/Zurich] ` +
      "[--fns avg,increase]",
    about: "Samples, or sums of them, as a table. Times are ISO 8601, or milliseconds since 1970.",
  },
  import: {
    call: `fieldline import FILE ${PLACE}`,
    about: "A table of fieldline export, CSV or Parquet. What is there already is left alone.",
  },
  move: {
    call: `fieldline move --to ${MOVE}\n       fieldline move --from ${MOVE}`,
    about: "The history of a stopped server into a PostgreSQL database, or back; docs/database.md.",
  },
  status: {
    call: "fieldline status [--url URL]",
    about: "How a running house is (http://127.0.0.1:8080); exit code 0: all is well.",
  },
  check: {
    call: "fieldline check [FILE | --data DIR]",
    about: "Reads a whole backup, or a folder that no server has open; exit code 0: all is sound.",
  },
  "agent create": {
    call: `fieldline agent create ${AGENT_KINDS.join("|")} TENANT/NAME --out DIR [--data DIR]`,
    about: "An identity that may connect: key, certificate and CA as files.",
  },
  "owner create": {
    call: "fieldline owner create NAME [--data DIR]",
    about: "The first account; its password is read from standard input.",
  },
  "user create": {
    call: `fieldline user create NAME ${ROLE} [--data DIR]`,
    about: "An account; its password is read from standard input.",
  },
  "token create": {
    call: `fieldline token create NAME ${ROLE} [--data DIR]`,
    about: "Prints a token of the API, and nothing else.",
  },
} satisfies Record<string, Usage>;

export function usageOf(program: keyof typeof USAGES): string {
  return `usage: ${USAGES[program].call}`;
}

/** What `--help` says of programs whose names begin so; undefined where they say it themselves. */
export function helpOf(words: string): string | undefined {
  const found = Object.entries(USAGES).filter(([name]) => `${name} `.startsWith(`${words} `));
  const texts = found.map(([, { call, about }]) => `usage: ${call}\n\n${about}`);
  return texts.length > 0 ? texts.join("\n\n") : undefined;
}
