import type { CommandType } from "../domain/catalogue.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { defaultsIn, fieldsIn, laidOver } from "../domain/settings.ts";
import type { Driver } from "../driver/driver.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { compileSchema } from "../lib/schema.ts";
import type { SettingsParts } from "./settings.ts";

type Partial = {
  readonly driver: string;
  readonly command: string;
  readonly parameters: JsonObject;
};

/** Some parameters of a command: every field must be one that it has, and may hold what it says. */
export function checkFields(
  { drivers }: SettingsParts,
  { driver, command, parameters }: Partial,
): Outcome<void, Problem> {
  const type = commandType(drivers, driver, command);
  if (!type) return failure(problem("command_unknown", `${driver} has no command '${command}'`));
  const defaults = defaultsIn(type.parameters);
  const known = fieldsIn(defaults);
  for (const path of fieldsIn(parameters).keys()) {
    if (!known.has(path))
      return failure(problem("settings_invalid", `there is no field '${path}'`));
  }
  const checked = compileSchema(type.parameters)(laidOver(defaults, parameters));
  return checked.ok ? success(undefined) : failure(problem("settings_invalid", checked.problem));
}

/** The settings of this name that a driver's devices have. */
export function settingsType(
  drivers: readonly Driver[],
  driver: string,
  command: string,
): CommandType | undefined {
  const type = commandType(drivers, driver, command);
  return type?.kind === "configure" ? type : undefined;
}

function commandType(
  drivers: readonly Driver[],
  driver: string,
  command: string,
): CommandType | undefined {
  const types = drivers.find(({ id }) => id === driver)?.catalogue.commandTypes ?? [];
  return types.find(({ name }) => name === command);
}
