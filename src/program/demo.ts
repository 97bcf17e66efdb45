import type { Agents } from "../agent/agent.ts";
import type { Admission, Broker, ConnectAttempt } from "../broker/broker.ts";
import { rightsOf } from "../domain/agent.ts";
import type { AgentId, AssetId, ChannelName, DeviceId, Timestamp } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { type Asset, type Device, PLAIN_ASSET } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import type { Adoption, Ingest } from "../ingest/ingest.ts";
import { assert } from "../lib/assert.ts";
import type { Clock } from "../lib/clock.ts";
import { releaseMemory } from "../lib/heap.ts";
import { newId } from "../lib/id.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { newSecret, sameSecret } from "../lib/secret.ts";
import type { demoPlant, Simulation } from "../simulator/simulator.ts";
import type { Store } from "../store/store.ts";

/** So much past is made up when the demo plant is built, so that no trend is empty. */
const PAST_MS = 3 * 24 * 60 * 60_000;
/** Readings after which the memory that making them up took is given back: about a day of them. */
const RELEASE_AFTER = 35_000;
/** Another seed would be another week in the same plant. */
const SEED = 20_221;
const HOUR_MS = 60 * 60_000;
/** Tuesday, half past nine: people are at their desks, and the pumps run. */
const LIVELY_MS = (24 + 9.5) * HOUR_MS;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** 1 January 1970 was a Thursday: so long until the first Monday. */
const FIRST_MONDAY_MS = 4 * 24 * HOUR_MS;
/** Remembers over a restart that the demo plant is wanted, and which time it is there. */
const SETTING = "demo";

type Plant = ReturnType<typeof demoPlant>;

type DemoParts = {
  readonly store: Store;
  readonly agents: Agents;
  readonly ingest: Ingest;
  readonly broker: Broker;
  readonly drivers: readonly Driver[];
  readonly clock: Clock;
  readonly log: Log;
};

/** Harbour Works: a plant to look around in, beside the owner's own data and never part of it. */
export class Demo {
  readonly #parts: DemoParts;
  #plant: Plant | undefined;
  /** The demo's agents prove themselves with a secret of this run; no password is kept anywhere. */
  readonly #secret = newSecret();
  readonly #agents = new Map<string, AgentId>();
  #simulation: Simulation | undefined;

  constructor(parts: DemoParts) {
    this.#parts = parts;
  }

  running(): boolean {
    return this.#simulation !== undefined;
  }

  isDemo(agent: AgentId): boolean {
    return [...this.#agents.values()].includes(agent);
  }

  /** Whether it ran when the server stopped. */
  async isWanted(): Promise<boolean> {
    return (await this.#parts.store.settings.get(SETTING)) !== undefined;
  }

  async start(): Promise<Outcome<void, Problem>> {
    if (this.#simulation) return success(undefined);
    const { store, broker, clock, drivers, log } = this.#parts;
    // A house without it has nothing of it in memory.
    const { demoPlant, simulate } = await import("../simulator/simulator.ts");
    const built = (await store.settings.get(SETTING))?.value;
    const utcOffsetMs = Number(built?.["utcOffsetMs"] ?? livelyOffset(clock.now()));
    const plant = demoPlant({ seed: SEED, utcOffsetMs });
    this.#plant = plant;
    const enrolled = await this.#enrol(plant);
    if (!enrolled.ok) return enrolled;
    if (!built) {
      const placed = await this.#build(plant);
      if (!placed.ok) return placed;
      await store.settings.put({ name: SETTING, value: { builtAt: clock.now(), utcOffsetMs } });
    }
    const connect = ({ clientId }: { clientId: string }) => ({
      broker: (stream: Parameters<Broker["accept"]>[0]) => broker.accept(stream, "demo plant"),
      clientId,
      username: clientId,
      password: this.#secret,
    });
    const fleet = plant.installations;
    this.#simulation = simulate({ fleet, connect, speed: 1 }, { clock, drivers, log });
    return success(undefined);
  }

  /** Lets the demo's own connections in; undefined for everybody else. */
  admit({ username, password, clientId }: ConnectAttempt): Admission | undefined {
    const simulated = this.#plant?.agents.find((one) => one.clientId === clientId);
    const agent = this.#agents.get(clientId);
    const isOurs = username === clientId && sameSecret(password ?? "", this.#secret);
    if (!simulated || !agent || !isOurs) return undefined;
    return { agent, rights: rightsOf({ ...simulated, grant: null }) };
  }

  async stop(): Promise<void> {
    await this.#simulation?.close();
    this.#simulation = undefined;
  }

  /** Everything of it goes, also after a restart without it; the owner's own things stay. */
  async remove(): Promise<Outcome<void, Problem>> {
    const { store, agents, ingest } = this.#parts;
    await this.stop();
    for (const device of ingest.devices().filter(({ demo }) => demo))
      await ingest.forget(device.id);
    const assets = await store.assets.find({ where: { demo: true } });
    await store.together(async () => {
      for (const { id } of assets) await store.points.remove({ assetId: id });
      await store.assets.remove({ demo: true });
      await store.settings.remove({ name: SETTING });
    });
    for (const agent of (await agents.list()).filter(({ demo }) => demo)) {
      await agents.revoke(THE_HOUSE, agent.id);
      await agents.remove(THE_HOUSE, agent.id);
    }
    this.#agents.clear();
    return success(undefined);
  }

  async #enrol(plant: Plant): Promise<Outcome<void, Problem>> {
    const { agents } = this.#parts;
    const known = await agents.list();
    for (const { kind, name, tenant, clientId } of plant.agents) {
      const mine = known.find((agent) => agent.demo && agent.clientId === clientId);
      const wish = { kind, name, tenant, grant: null, credential: "password", demo: true } as const;
      const created = mine ? success({ agent: mine }) : await agents.create(THE_HOUSE, wish);
      if (!created.ok) return created;
      this.#agents.set(clientId, created.value.agent.id);
    }
    return success(undefined);
  }

  /** The plant's past first, so that its devices are known; then their places in the tree. */
  async #build(plant: Plant): Promise<Outcome<void, Problem>> {
    const { clock, store } = this.#parts;
    const now = clock.now();
    await this.#makeUpPast(plant, now);
    const placed = new Map<string, AssetId>();
    for (const { reference, parent, name, description, device } of plant.assets) {
      const asset = assetOf({ name, description, parentId: placed.get(parent ?? "") ?? null, now });
      await store.assets.put(asset);
      placed.set(reference, asset.id);
      const adopted = device ? await this.#adopt(asset, device) : success(undefined);
      if (!adopted.ok) return adopted;
    }
    return success(undefined);
  }

  /** An hour at a time, the next when the one before it is stored. */
  async #makeUpPast(plant: Plant, now: number): Promise<void> {
    let made = 0;
    for (const { agent, driver, readings } of plant.history(now - PAST_MS, now)) {
      const id = this.#agents.get(agent.clientId);
      assert(id, `the agent ${agent.clientId} is enrolled`);
      await this.#parts.ingest.backfill(driver, id, readings);
      made += readings.length;
      if (made < RELEASE_AFTER) continue;
      releaseMemory();
      made = 0;
    }
    releaseMemory();
  }

  async #adopt(
    asset: Asset,
    { driver, address, variables }: NonNullable<Plant["assets"][number]["device"]>,
  ): Promise<Outcome<unknown, Problem>> {
    const { ingest } = this.#parts;
    const isIt = (device: Device) => device.driver === driver && device.address === address;
    const device = ingest.devices().find(isIt);
    if (!device) return failure(problem("device_unknown", `${driver} ${address}`));
    const known = new Set(ingest.device(device.id)?.channels.map(({ name }) => name));
    const said = variables
      .map(({ channel, ...rest }) => ({ ...rest, channel: channel as ChannelName }))
      .filter(({ channel }) => known.has(channel));
    const named: Adoption = { assetId: asset.id, name: asset.name };
    const wish = variables.length > 0 ? { ...named, variables: said } : named;
    return ingest.adopt(THE_HOUSE, device.id as DeviceId, wish);
  }
}

/**
 * In which time zone the plant stands: its own week is shifted so that it is built on a working
 * morning, for nobody wants to be shown a plant that sleeps.
 */
function livelyOffset(now: number): number {
  const inWeek = (now - FIRST_MONDAY_MS) % WEEK_MS;
  return (LIVELY_MS - inWeek + WEEK_MS) % WEEK_MS;
}

type NewAsset = Pick<Asset, "name" | "description" | "parentId"> & { readonly now: number };

function assetOf({ now, ...rest }: NewAsset): Asset {
  return {
    ...PLAIN_ASSET,
    ...rest,
    id: newId(now) as AssetId,
    typeId: "core.basicasset",
    demo: true,
    createdAt: now as Timestamp,
  };
}
