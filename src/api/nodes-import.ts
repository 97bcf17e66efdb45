import type { AssetId, DeviceAddress } from "../domain/brand.ts";
import type { Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Template } from "../domain/settings.ts";
import { csvRows } from "../lib/csv.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { NetworkState } from "../liveness/liveness.ts";
import { addAsset, changeAsset } from "./assets.ts";
import type { Reply } from "./contract.ts";
import { settingsTopic } from "./device-settings.ts";
import type { Answer, Call } from "./handler.ts";
import type { House } from "./house.ts";
import type { ModelView } from "./model.ts";
import { devicesOf, findNetwork, NODE_COLUMNS } from "./network-nodes.ts";

type Route = "POST /networks/:driver/:network/import";
type Row = Reply<Route>["rows"][number];
type By = Call<Route>["by"];

/** What a line wants of its node. */
type Wish = {
  readonly driver: string;
  readonly address: DeviceAddress;
  /** Undefined where it has never spoken: it is written down as expected. */
  readonly device: Device | undefined;
  readonly name: string;
  /** Names from the root down; empty: as it stands. */
  readonly place: readonly string[];
  readonly template: Template | undefined;
};
type Line = { readonly row: Row; readonly wish: Wish | undefined };

/** All lines or none: a list with a bad line changes nothing, and says which lines are bad. */
export async function importNodes(house: House, call: Call<Route>): Answer<Route> {
  const network = await findNetwork(house, call.params);
  if (!network.ok) return network;
  const read = await readLines(call.body.csv);
  if (!read.ok) return read;
  const view = await house.model.view();
  const templates = await house.settings.templates();
  const ofNetwork = devicesOf(house, network.value);
  const devices = new Map(ofNetwork.map((device) => [String(device.address), device]));
  const seen = new Set<string>();
  const lines = read.value.map((line) => {
    const checked = wishOf(line, { house, network: network.value, devices, templates, seen });
    if (!checked.ok) return { row: rowOf(line, [], checked.problem), wish: undefined };
    return { row: rowOf(line, changesOf(view, checked.value), ""), wish: checked.value };
  });
  const bad = lines.filter(({ wish }) => !wish).length;
  const rows = lines.map(({ row }) => row);
  if (call.body.dryRun || bad > 0) return success({ rows, bad, done: false });
  for (const line of lines) {
    const done = await carryOut(house, { by: call.by, network: network.value }, line);
    if (!done.ok) return done;
  }
  house.liveness.lookSoon();
  return success({ rows, bad, done: true });
}

type CsvLine = { readonly line: number; readonly cells: Readonly<Record<string, string>> };

async function readLines(csv: string): Promise<Outcome<readonly CsvLine[], Problem>> {
  const lines: CsvLine[] = [];
  let head: readonly string[] | undefined;
  try {
    for await (const { cells, line } of csvRows(pieces(csv))) {
      if (head === undefined) head = cells.map((cell) => cell.trim().toLowerCase());
      else lines.push({ line, cells: named(head, cells) });
    }
  } catch (reason) {
    return failure(problem("request_invalid", String(reason)));
  }
  if (head?.includes("address")) return success(lines);
  return failure(problem("request_invalid", `the first line names ${NODE_COLUMNS.join(", ")}`));
}

async function* pieces(csv: string): AsyncGenerator<string> {
  yield csv.replace(/^\uFEFF/, "");
}

function named(head: readonly string[], cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(head.map((name, index) => [name, (cells[index] ?? "").trim()]));
}

type Known = {
  readonly house: House;
  readonly network: NetworkState;
  readonly devices: ReadonlyMap<string, Device>;
  readonly templates: readonly Template[];
  /** Addresses of the lines before. */
  readonly seen: Set<string>;
};

function wishOf({ cells }: CsvLine, known: Known): Outcome<Wish, string> {
  const { network, devices, templates, seen } = known;
  const { name = "", place = "", template: wanted = "" } = cells;
  const address = (cells["address"] ?? "") as DeviceAddress;
  const { driver } = network;
  const device = devices.get(address);
  if (!device && !canBeIn(known, address)) return failure("no node can have this address here");
  if (seen.has(address)) return failure("another line has this address already");
  seen.add(address);
  if (name.length > 128) return failure("the name is longer than 128 characters");
  const template = templates.find((one) => one.name === wanted && one.driver === driver);
  if (wanted !== "" && !template) return failure(`no template '${wanted}'`);
  const levels = place.split("/").map((level) => level.trim());
  const isEmpty = place === "";
  if (!isEmpty && levels.includes("")) return failure(`'${place}' has a level without a name`);
  return success({ driver, address, device, name, place: isEmpty ? [] : levels, template });
}

/** An address that lies in the network, and that the driver can say something to. */
function canBeIn({ house, network }: Known, address: DeviceAddress): boolean {
  const driver = house.drivers.find(({ id }) => id === network.driver);
  const type = driver?.catalogue.commandTypes.find(({ kind }) => kind === "configure");
  if (!driver || !type || driver.networkOf?.(address) !== network.id) return false;
  return settingsTopic(driver, address, type.name) !== null;
}

function rowOf({ line, cells }: CsvLine, changes: string[], trouble: string): Row {
  return { line, address: cells["address"] ?? "", changes, problem: trouble };
}

/** In words, for whoever looks before he leaps. */
function changesOf(view: ModelView, { address, device, name, place, template }: Wish): string[] {
  const assetId = device?.assetId ?? null;
  const asset = assetId === null ? undefined : view.assets.get(assetId);
  const before = asset?.parentId ? view.path(asset.parentId) : "";
  const wanted = place.join("/");
  return [
    ...(device ? [] : ["expected"]),
    ...(device && !asset ? ["adopted"] : []),
    ...(name !== "" && name !== (asset?.name ?? device?.name ?? address) ? [`named ${name}`] : []),
    ...(wanted !== "" && wanted !== before ? [`placed in ${wanted}`] : []),
    ...(template ? [`template ${template.name}`] : []),
  ];
}

type For = { readonly by: By; readonly network: NetworkState };

async function carryOut(
  house: House,
  { by, network }: For,
  { row, wish }: Line,
): Promise<Outcome<unknown, Problem>> {
  if (!wish || row.changes.length === 0) return success(undefined);
  const { name, place, template } = wish;
  const parent = await placeFor(house, by, place);
  if (!parent.ok) return parent;
  const wanted = { ...(name && { name }), ...(place.length > 0 && { parentId: parent.value }) };
  const stands = await stand(house, { by, network }, wish, wanted);
  if (!stands.ok) return stands;
  house.changed(`device:${stands.value.id}`);
  return template ? layDown(house, by, stands.value, template) : stands;
}

/** In its place, under its name: whether it has one already, waits in the inbox, or never spoke. */
async function stand(
  house: House,
  { by, network }: For,
  { driver, address, device: before }: Wish,
  wanted: { readonly name?: string; readonly parentId?: AssetId | null },
): Promise<Outcome<Device, Problem>> {
  // It may have spoken since the list was read.
  const device = before ?? devicesOf(house, network).find((one) => one.address === address);
  if (!device) {
    const { agentId } = network;
    return house.ingest.expect(by.actor, { driver, address, agentId, ...wanted });
  }
  const done =
    device.assetId === null
      ? await house.ingest.adopt(by.actor, device.id, wanted)
      : await changeAsset(house, { params: { id: device.assetId }, body: wanted, by });
  return done.ok ? success(device) : done;
}

/** The asset at this path; levels that nobody has made yet are made. */
async function placeFor(
  house: House,
  by: By,
  place: readonly string[],
): Promise<Outcome<AssetId | null, Problem>> {
  let parentId: AssetId | null = null;
  for (const name of place) {
    const level: Outcome<AssetId, Problem> = await levelFor(house, by, parentId, name);
    if (!level.ok) return level;
    parentId = level.value;
  }
  return success(parentId);
}

async function levelFor(
  house: House,
  by: By,
  parentId: AssetId | null,
  name: string,
): Promise<Outcome<AssetId, Problem>> {
  const view = await house.model.view();
  const known = view.children(parentId).find((asset) => asset.name === name);
  return known ? success(known.id) : addAsset(house, by, { name, parentId });
}

/** Fields that the node has of its own stay. */
async function layDown(house: House, by: By, device: Device, template: Template) {
  const { driver, command, id: templateId } = template;
  const meant = await house.settings.meant(device, command);
  const parameters = meant?.own?.parameters ?? {};
  const scope = { kind: "device", id: device.id } as const;
  return house.settings.putLayer(by.actor, { driver, command, scope, templateId, parameters });
}
