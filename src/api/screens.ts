import type { Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { problem } from "../domain/problem.ts";
import type { Screen } from "../domain/records.ts";
import { failure, success } from "../lib/outcome.ts";
import type { ScreenReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { iso } from "./time.ts";

export const screenHandlers = {
  "GET /screens": async ({ store }) =>
    success({ items: (await store.screens.find({ limit: LIMIT.screens })).map(screenReply) }),
  "GET /screens/:id": getScreen,
  "PUT /screens/:id": putScreen,
} satisfies Handlers;

async function getScreen({ store }: House, { params }: Call<"GET /screens/:id">) {
  const screen = await store.screens.get(params.id);
  return screen
    ? success(screenReply(screen))
    : failure(problem("route_unknown", `no screen '${params.id}'`));
}

async function putScreen(
  house: House,
  { params, body, by }: Call<"PUT /screens/:id">,
): Answer<"PUT /screens/:id"> {
  const { id } = params;
  const isNew = (await house.store.screens.get(id)) === undefined;
  if (isNew && (await house.store.screens.count()) >= LIMIT.screens) {
    return failure(problem("screen_limit", `at most ${LIMIT.screens} screens`));
  }
  const screen: Screen = {
    id,
    name: body.name,
    // Read from JSON, so it is JSON.
    widgets: body.widgets as Screen["widgets"],
    updatedAt: house.clock.now() as Timestamp,
  };
  const subject = `screen:${id}`;
  const detail = { name: screen.name };
  await house.store.together(async () => {
    await house.store.screens.put(screen);
    await house.journal.record({ actor: by.actor, kind: "screen.changed", subject, detail });
  });
  house.changed(subject);
  return success(screenReply(screen));
}

function screenReply({ id, name, widgets, updatedAt }: Screen): ScreenReply {
  return { id, name, widgets: widgets.map((widget) => ({ ...widget })), updatedAt: iso(updatedAt) };
}
