import { hostname } from "node:os";
import type { Access } from "../access/access.ts";
import type { Agents } from "../agent/agent.ts";
import type { Commands } from "../command/command.ts";
import type { AgentId } from "../domain/brand.ts";
import type { Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { ToldFile } from "../domain/told.ts";
import type { AssetEvents } from "../event/event.ts";
import type { Files } from "../file/file.ts";
import type { IngestParts } from "../ingest/ingest.ts";
import type { Clock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import type { Config } from "./config.ts";
import { ModelLinks } from "./model-links.ts";

type Ground = {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: Config;
  /** The port is known when the API is open. */
  readonly later: { readonly httpPort: number | null };
};

type Rooms = {
  readonly access: Access;
  readonly agents: Agents;
  readonly assetEvents: AssetEvents;
  readonly files: Files;
  /** Opens after ingest, and before anything is heard. */
  readonly commands: () => Commands;
};

type Services = NonNullable<IngestParts["services"]> & { readonly links: ModelLinks };

/** What devices want of rooms that ingest does not know. */
export function openServices({ store, clock, config, later }: Ground, rooms: Rooms): Services {
  const { assetEvents, files, commands } = rooms;
  const links = new ModelLinks(store, clock.now);
  return {
    links,
    keepEvents: async (device, told) => success(await assetEvents.take(device, told)),
    keepFile: (device, file) => keepFile(files, device, file),
    followCommand: (device, progress) => commands().follow(device.id, progress),
    giveToken: (agent) => giveToken(rooms, agent),
    giveModel: async (model) => {
      const origin = originOf(config, later.httpPort);
      return success({ content: `${origin}/api/assetmodeler/v4/models/${links.give(model)}` });
    },
  };
}

/** What an agent may with its token, the API says of agents. */
const SCOPE = ["mdsp:core:DefaultAgent"];

async function giveToken(
  { access, agents }: Rooms,
  id: AgentId,
): Promise<Outcome<JsonObject, Problem>> {
  const agent = await agents.get(id);
  if (!agent) return failure(problem("agent_unknown", `no agent '${id}'`));
  const actor = { kind: "agent", id, name: agent.name } as const;
  const signed = await access.issueSigned({ actor, tenant: agent.tenant, scope: SCOPE });
  return success({
    access_token: signed.token,
    token_type: "Bearer",
    expires_in: signed.expiresInSeconds,
    scope: SCOPE,
    jti: signed.id,
    timestamp: signed.issuedAt,
  });
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

/** How agents reach the API, as far as this machine knows: by a name that it was given, best. */
function originOf(config: Config, port: number | null): string {
  const { host } = config.http;
  const isAny = host === "0.0.0.0" || host === "::";
  const name = config["host-names"][0] ?? (isAny ? hostname() : host);
  return `http://${name.includes(":") ? `[${name}]` : name}:${port ?? config.http.port}`;
}
