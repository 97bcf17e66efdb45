import { readFileSync } from "node:fs";
import type { ServerAddress } from "../broker/external/external.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { BrokerAddress, Config } from "./config.ts";

/** What is taken in from somebody else's broker: shared among workers, or by one of them alone. */
export function takenInFrom(drivers: readonly Driver[]) {
  // What is left over there is not meant for us: plain devices stay out.
  const ours = drivers.filter(({ takesTheRest }) => !takesTheRest);
  const [ordered, others] = [true, false].map((keepsOrder) => {
    const those = ours.filter((driver) => (driver.keepsOrder ?? false) === keepsOrder);
    return [...new Set(those.flatMap(({ listensTo }) => listensTo))];
  });
  return { filters: others ?? [], ordered: ordered ?? [] };
}

/** Where somebody else's broker is, with the files that the settings of this name say. */
export function serverOf(
  { hosts, isTls, username, password }: BrokerAddress,
  config: Config,
  name: "broker" | "uplink",
): Outcome<ServerAddress, Problem> {
  const pems: { ca?: string; certificate?: string; key?: string } = {};
  for (const part of ["ca", "certificate", "key"] as const) {
    const file = config[`${name}-${part}`];
    if (file === null) continue;
    const text = readText(file);
    if (text === undefined) {
      return failure(problem("folder_unreadable", `cannot read '${file}' of --${name}-${part}`));
    }
    pems[part] = text;
  }
  return success({ hosts, username, password, tls: isTls ? pems : null });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // The caller says which file it was.
  }
}
