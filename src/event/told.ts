import { createHash } from "node:crypto";
import type { AssetId, DeviceId } from "../domain/brand.ts";
import type { ToldEvent } from "../domain/told.ts";
import type { JsonObject } from "../lib/json.ts";
import { isOf } from "./fields.ts";
import { put } from "./keep.ts";
import type { Room } from "./room.ts";

export type Teller = { readonly id: DeviceId; readonly assetId: AssetId | null };

/** A device cannot be asked again: what does not fit its type is kept as it came, as a text. */
export async function take(
  room: Room,
  { id: deviceId, assetId }: Teller,
  told: readonly ToldEvent[],
): Promise<void> {
  await room.store.together(async () => {
    for (const event of told) {
      const id = event.id ?? idOf(deviceId, event);
      if ((await room.store.assetEvents.count({ id })) > 0) continue;
      const { at, correlationId } = event;
      const { id: typeId } = await room.types.named(event.type);
      const fields = await fitted(room, typeId, event);
      const correlation = correlationId === null ? {} : { correlationId };
      await put(room, { id, at, typeId, assetId, deviceId, ...correlation, fields });
    }
  });
}

/** The same for the same event, so that a message that comes twice tells it once. */
function idOf(deviceId: DeviceId, event: ToldEvent): string {
  const { at, type, severity, description, details, correlationId } = event;
  const said = [deviceId, at, type, severity, description, details, correlationId];
  const hash = createHash("sha256").update(JSON.stringify(said)).digest("hex");
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function fitted(room: Room, typeId: string, event: ToldEvent): Promise<JsonObject> {
  const { details, severity, description, type } = event;
  const known = await room.types.fieldsOf(typeId);
  const fields = known.ok ? known.value : [];
  const entries = Object.entries(details).map(([name, value]) => {
    const field = fields.find((one) => one.name === name);
    return [name, !field || isOf(field, value) ? value : textOf(value)] as const;
  });
  const isNamed = typeId === type || typeId.endsWith(`.${type}`);
  const said = type === "" || isNamed ? {} : { type };
  return { ...Object.fromEntries(entries), severity, description, ...said };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
