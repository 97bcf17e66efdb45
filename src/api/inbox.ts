import type { AssetId, ChannelName, DeviceId } from "../domain/brand.ts";
import type { Adoption } from "../ingest/ingest.ts";
import { success } from "../lib/outcome.ts";
import type { Body } from "./contract.ts";
import { deviceReplies } from "./devices.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { cut } from "./page.ts";
import { matching } from "./search.ts";

export const inboxHandlers = {
  "GET /inbox": listInbox,
  "POST /inbox/:id/adopt": adopt,
  "POST /inbox/:id/ignore": (house, { params, by }) =>
    house.ingest.ignore(by.actor, params.id as DeviceId, true),
  "DELETE /inbox/:id/ignore": (house, { params, by }) =>
    house.ingest.ignore(by.actor, params.id as DeviceId, false),
} satisfies Handlers;

async function listInbox(house: House, { query }: Call<"GET /inbox">): Answer<"GET /inbox"> {
  const { ignored, search, driver: wanted } = query;
  const devices = (ignored ? ignoredDevices(house) : waitingDevices(house)).filter(
    ({ driver }) => wanted === undefined || driver === wanted,
  );
  const found = matching(devices, search?.trim(), ({ name, address }) => `${name} ${address}`);
  const waiting = found.toSorted((a, b) => b.firstSeenAt - a.firstSeenAt);
  const page = cut(waiting, query, ({ id }) => id);
  if (!page.ok) return page;
  return success({ ...page.value, items: await deviceReplies(house, page.value.items) });
}

/** Devices that speak, belong to nothing and were not dismissed. */
export function waitingDevices({ ingest }: House) {
  return ingest.devices().filter(({ assetId, ignored }) => assetId === null && !ignored);
}

function ignoredDevices({ ingest }: House) {
  return ingest.devices().filter(({ assetId, ignored }) => assetId === null && ignored);
}

async function adopt(house: House, { params, body, by }: Call<"POST /inbox/:id/adopt">) {
  const adopted = await house.ingest.adopt(by.actor, params.id as DeviceId, adoptionOf(body));
  if (!adopted.ok) return adopted;
  house.changed(`asset:${adopted.value}`);
  return success({ assetId: adopted.value });
}

function adoptionOf({
  name,
  parentId,
  assetId,
  variables,
}: Body<"POST /inbox/:id/adopt">): Adoption {
  return {
    ...(name !== undefined && { name }),
    ...(parentId !== undefined && { parentId: parentId as AssetId | null }),
    ...(assetId !== undefined && { assetId: assetId as AssetId }),
    ...(variables && {
      variables: variables.map(({ channel, ...rest }) => ({
        ...rest,
        channel: channel as ChannelName,
      })),
    }),
  };
}
