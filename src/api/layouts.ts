import type { Layout } from "../domain/frame.ts";
import { problem } from "../domain/problem.ts";
import { newId } from "../lib/id.ts";
import { failure, success } from "../lib/outcome.ts";
import type { LayoutReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";

export const layoutHandlers = {
  "GET /layouts": async ({ ingest }) => success({ items: ingest.layouts().map(layoutReply) }),
  "POST /layouts": (house, call) => put(house, call, newId(house.clock.now())),
  "PUT /layouts/:id": async (house, call) => {
    const { id } = call.params;
    const isKnown = house.ingest.layouts().some((layout) => layout.id === id);
    return isKnown ? put(house, call, id) : failure(problem("layout_unknown", id));
  },
  "DELETE /layouts/:id": ({ ingest }, { params, by }) => ingest.removeLayout(by.actor, params.id),
} satisfies Handlers;

async function put(
  { ingest }: House,
  { body, by }: Pick<Call<"POST /layouts">, "body" | "by">,
  id: string,
): Answer<"POST /layouts"> {
  const layout: Layout = { id, ...body };
  const outcome = await ingest.putLayout(by.actor, layout);
  return outcome.ok ? success(layoutReply(layout)) : failure(outcome.problem);
}

function layoutReply({ fields, ...layout }: Layout): LayoutReply {
  return { ...layout, fields: fields.map((field) => ({ ...field })) };
}
