import type { CommandWish } from "../command/command.ts";
import type { CommandId, DeviceId } from "../domain/brand.ts";
import { problem } from "../domain/problem.ts";
import type { CommandRow } from "../domain/records.ts";
import { failure, success } from "../lib/outcome.ts";
import { plainTextOf } from "../lib/plain-text.ts";
import type { Body, CommandReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { iso, isoOrNull } from "./time.ts";

export const commandHandlers = {
  "POST /commands": ask,
  "POST /commands/preview": preview,
  "GET /commands/:id": getCommand,
} satisfies Handlers;

async function ask(house: House, { body, by }: Call<"POST /commands">): Answer<"POST /commands"> {
  const row = await house.commands.ask(by, wishOf(body));
  return row.ok ? success(commandReply(row.value)) : row;
}

async function preview(house: House, { body }: Call<"POST /commands/preview">) {
  const message = await house.commands.preview(wishOf(body));
  if (!message.ok) return message;
  const { topic, payload, retain = false, qos = 1 } = message.value;
  const { mqtt: mqttPort, mqtts: mqttsPort } = house.broker.ports;
  const text = plainTextOf(payload);
  const bytes = text === null ? { hex: Buffer.from(payload).toString("hex") } : { payload: text };
  return success({ topic, ...bytes, retain, qos, mqttPort, mqttsPort });
}

async function getCommand(house: House, { params }: Call<"GET /commands/:id">) {
  const row = await house.commands.get(params.id as CommandId);
  if (!row) return failure(problem("route_unknown", `no command '${params.id}'`));
  return success(commandReply(row));
}

export function commandReply(row: CommandRow): CommandReply {
  return {
    id: row.id,
    deviceId: row.deviceId,
    name: row.name,
    parameters: { ...row.parameters },
    state: row.state,
    detail: row.detail,
    actor: row.actor.name,
    topic: row.topic,
    payload: row.payload,
    requestedAt: iso(row.requestedAt),
    expiresAt: iso(row.expiresAt),
    settledAt: isoOrNull(row.settledAt),
    answer: row.answer && { ...row.answer },
  };
}

function wishOf({ deviceId, name, parameters, expiresInMs }: Body<"POST /commands">): CommandWish {
  return {
    deviceId: deviceId as DeviceId,
    name,
    // Read from JSON, so it is JSON.
    parameters: parameters as CommandWish["parameters"],
    ...(expiresInMs !== undefined && { expiresInMs }),
  };
}
