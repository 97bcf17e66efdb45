import type { ChannelName, DeviceId } from "../domain/brand.ts";
import type { Device } from "../domain/model.ts";
import { problem } from "../domain/problem.ts";
import { failure, success } from "../lib/outcome.ts";
import type { FittingReply } from "./contract.ts";
import type { Answer, Call } from "./handler.ts";
import type { House } from "./house.ts";
import { newestOf } from "./samples.ts";

/** What is known of the sensors behind each mask of a device. */
export async function getHealth(
  house: House,
  { params }: Call<"GET /devices/:id/health">,
): Answer<"GET /devices/:id/health"> {
  const found = house.ingest.device(params.id as DeviceId);
  if (!found) return failure(problem("device_unknown", params.id));
  const masks = found.channels.filter(({ proposal }) => proposal.bits !== undefined);
  const newest = await newestOf(
    house,
    masks.map(({ series }) => series),
  );
  const items = masks.map(async ({ name: channel, series, proposal }) => {
    const mask = newest(series, proposal)?.value;
    const value = typeof mask === "number" ? mask : 0;
    const idle = await house.liveness.idle(found.device, value);
    return { channel, ...memoryOf(house, found.device, channel), idle };
  });
  return success({ items: await Promise.all(items) });
}

export async function fit(
  house: House,
  { params, body, by }: Call<"PUT /devices/:id/health">,
): Answer<"PUT /devices/:id/health"> {
  const deviceId = params.id as DeviceId;
  if (!house.ingest.device(deviceId)) return failure(problem("device_unknown", params.id));
  const { channel, bit, fitted: isFitted } = body;
  const wish = { deviceId, channel: channel as ChannelName, bit, isFitted };
  return house.liveness.fit(by.actor, wish);
}

/** Of a mask that nobody has looked at yet nothing is known. */
export function memoryOf(
  { liveness }: House,
  device: Device,
  channel: ChannelName,
): Omit<FittingReply, "channel" | "idle"> {
  const fitting = liveness.fittings(device.id).find((one) => one.channel === channel);
  const { worked = 0, wanted = 0, unwanted = 0 } = fitting ?? {};
  return { worked, wanted, unwanted };
}
