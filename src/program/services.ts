import type { Commands } from "../command/command.ts";
import type { Device } from "../domain/model.ts";
import type { Problem } from "../domain/problem.ts";
import type { ToldFile } from "../domain/told.ts";
import type { AssetEvents } from "../event/event.ts";
import type { Files } from "../file/file.ts";
import type { IngestParts } from "../ingest/ingest.ts";
import { type Outcome, success } from "../lib/outcome.ts";

type Rooms = {
  readonly assetEvents: AssetEvents;
  readonly files: Files;
  /** Opens after ingest, and before anything is heard. */
  readonly commands: () => Commands;
};

/** What devices want of rooms that ingest does not know. */
export function servicesOf({
  assetEvents,
  files,
  commands,
}: Rooms): NonNullable<IngestParts["services"]> {
  return {
    keepEvents: async (device, told) => success(await assetEvents.take(device, told)),
    keepFile: (device, file) => keepFile(files, device, file),
    followCommand: (device, progress) => commands().follow(device.id, progress),
  };
}

/** What a device hands in stays with it, wherever it is put in the tree. */
async function keepFile(
  files: Files,
  { id, agentId, name }: Device,
  { name: path, createdAt: madeAt, content }: ToldFile,
): Promise<Outcome<void, Problem>> {
  const by = { kind: "agent", id: agentId, name } as const;
  const subject = `device:${id}`;
  const kept = await files.put({ subject, path, madeAt, by }, Buffer.from(content, "base64"));
  return kept.ok ? success(undefined) : kept;
}
