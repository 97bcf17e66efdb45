import type { Actor } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Template } from "../domain/settings.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { checkFields } from "./check.ts";
import type { SettingsParts } from "./settings.ts";

export async function putTemplate(
  parts: SettingsParts,
  by: Actor,
  template: Template,
): Promise<Outcome<void, Problem>> {
  const checked = checkFields(parts, template);
  if (!checked.ok) return checked;
  const { store, record, onChanged } = parts;
  const { id, name, driver, command, parameters } = template;
  const others = await store.templates.find({ where: { driver, command } });
  if (others.some((other) => other.id !== id && isSameName(other.name, name))) {
    return failure(problem("settings_invalid", `another template is called '${name}'`));
  }
  const isNew = !others.some((other) => other.id === id);
  if (isNew && (await store.templates.count()) >= LIMIT.templates) {
    return failure(problem("settings_limit", `there are ${LIMIT.templates} templates`));
  }
  const subject = `template:${id}`;
  await record({ actor: by, kind: "template.changed", subject, detail: { name, parameters } });
  await store.templates.put(template);
  onChanged(subject);
  return success(undefined);
}

export async function removeTemplate(
  { store, record, onChanged }: SettingsParts,
  by: Actor,
  id: string,
): Promise<Outcome<void, Problem>> {
  const template = await store.templates.get(id);
  if (!template) return failure(problem("template_unknown", id));
  const uses = await store.layers.count({ templateId: id });
  if (uses > 0) {
    return failure(problem("template_in_use", `'${template.name}' is laid down ${uses} times`));
  }
  const subject = `template:${id}`;
  const detail = { name: template.name };
  await record({ actor: by, kind: "template.removed", subject, detail });
  await store.templates.remove({ id });
  onChanged(subject);
  return success(undefined);
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
