import type { Actor } from "../domain/event.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { type Scope, scopeText } from "../domain/settings.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { checkFields, settingsType } from "./check.ts";
import type { LayerWish, SettingsParts } from "./settings.ts";

/** Nothing is sent: what is meant changes, and a rollout brings it to the devices. */
export async function putLayer(
  parts: SettingsParts,
  by: Actor,
  { scope, ...wish }: LayerWish,
): Promise<Outcome<void, Problem>> {
  if (!settingsType(parts.drivers, wish.driver, wish.command)) {
    return failure(problem("command_unknown", `'${wish.command}' does not stay: it is no setting`));
  }
  const checked = checkFields(parts, wish);
  if (!checked.ok) return checked;
  const place = await checkPlace(parts, scope, wish);
  if (!place.ok) return place;
  const { store, record, onChanged } = parts;
  const { driver, command, templateId, parameters } = wish;
  const layer = { driver, command, scope: scopeText(scope), templateId, parameters };
  const isEmpty = templateId === null && Object.keys(parameters).length === 0;
  const subject = layer.scope;
  const detail = { command, template: place.value, parameters };
  await record({ actor: by, kind: "settings.meant", subject, detail });
  if (isEmpty) await store.layers.remove({ driver, command, scope: layer.scope });
  else await store.layers.put(layer);
  onChanged(subject);
  return success(undefined);
}

/** Gives the template's name, or "" where there is none. */
async function checkPlace(
  { store }: SettingsParts,
  scope: Scope,
  { driver, command, templateId }: Omit<LayerWish, "scope">,
): Promise<Outcome<string, Problem>> {
  if (scope.kind === "asset" && !(await store.assets.get(scope.id))) {
    return failure(problem("asset_unknown", scope.id));
  }
  if (scope.kind === "device" && !(await store.devices.get(scope.id))) {
    return failure(problem("device_unknown", scope.id));
  }
  if (templateId === null) return success("");
  const template = await store.templates.get(templateId);
  if (template?.driver !== driver || template.command !== command) {
    return failure(problem("template_unknown", `${templateId} of ${driver} ${command}`));
  }
  return success(template.name);
}
