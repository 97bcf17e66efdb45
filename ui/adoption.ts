import type { AssetReply, Body, ChannelReply, DeviceReply } from "../src/api/contract.ts";
import type { DataType } from "../src/domain/catalogue.ts";

/** A device that has just become an asset. */
export type Adopted = { readonly name: string; readonly assetId: string };

/** How one value of a waiting device is to be kept. */
export type AdoptedVariable = {
  readonly channel: string;
  readonly isIncluded: boolean;
  readonly name: string;
  readonly unit: string;
  readonly dataType: DataType;
};
/** What a person has changed, by channel: new channels may come while somebody types. */
export type AdoptionEdits = ReadonlyMap<string, Partial<AdoptedVariable>>;
export type AdoptionBody = Body<"POST /inbox/:id/adopt">;

type Channels = readonly Pick<ChannelReply, "name" | "proposal" | "retired">[];

/** The proposals with the edits on top. */
export function variablesOf(channels: Channels, edits: AdoptionEdits): AdoptedVariable[] {
  return channels
    .filter(({ retired }) => !retired)
    .map(({ name: channel, proposal }) => ({
      channel,
      isIncluded: true,
      name: proposal.name,
      unit: proposal.unit ?? "",
      dataType: proposal.dataType,
      ...edits.get(channel),
    }));
}

type AdoptionForm = {
  readonly name: string;
  /** The asset it will be a part of; empty for the site. */
  readonly parentId: string;
  readonly edits: AdoptionEdits;
};
type AdoptionResult =
  | { readonly body: AdoptionBody; readonly error: null }
  | { readonly body: null; readonly error: string };

/** Without edits the house decides by itself, exactly as its proposals say. */
export function adoptionOf(
  device: Pick<DeviceReply, "channels">,
  { name, parentId, edits }: AdoptionForm,
): AdoptionResult {
  if (name.trim() === "") return { body: null, error: "It needs a name." };
  const where = { name: name.trim(), ...(parentId === "" ? {} : { parentId }) };
  if (edits.size === 0) return { body: where, error: null };
  const wanted = variablesOf(device.channels, edits).filter(({ isIncluded }) => isIncluded);
  const nameless = wanted.find((variable) => variable.name.trim() === "");
  if (nameless) return { body: null, error: `The value ${nameless.channel} needs a name.` };
  if (wanted.length === 0) return { body: null, error: "Include at least one value." };
  const proposals = new Map(device.channels.map(({ name, proposal }) => [name, proposal]));
  const variables = wanted.map(({ channel, name, unit, dataType }) => ({
    ...keptOf(proposals.get(channel), dataType),
    ...(unit.trim() === "" ? {} : { unit: unit.trim() }),
    ...{ channel, name: name.trim(), dataType },
  }));
  return { body: { ...where, variables }, error: null };
}

/** Range, states and the rest are meant for values of the proposed type. */
function keptOf(proposal: ChannelReply["proposal"] | undefined, dataType: DataType) {
  if (proposal?.dataType !== dataType) return {};
  const { unit: _, ...kept } = proposal;
  return kept;
}

export type Place = { readonly value: string; readonly label: string };

/** The tree as a list to choose from: parents before their parts, parts further in. */
export function placesIn(
  assets: readonly Pick<AssetReply, "id" | "parentId" | "name">[],
  parentId: string | null = null,
  depth = 0,
): Place[] {
  return assets
    .filter((asset) => asset.parentId === parentId)
    .toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }))
    .flatMap(({ id, name }) => [
      { value: id, label: `${"\u2003".repeat(depth)}${name}` },
      ...placesIn(assets, id, depth + 1),
    ]);
}
