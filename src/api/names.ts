import type { AgentId, AssetId, DeviceId, PointId } from "../domain/brand.ts";
import type { House } from "./house.ts";

/** What the subjects of a page are called now, each looked up once. */
export async function namesOf(
  house: House,
  subjects: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const subject of new Set(subjects)) {
    const name = await nameOf(house, subject);
    if (name !== undefined) names.set(subject, name);
  }
  return names;
}

async function nameOf(house: House, subject: string): Promise<string | undefined> {
  const [kind = "", id = ""] = subject.split(":");
  switch (kind) {
    case "device":
      return house.ingest.device(id as DeviceId)?.device.name;
    case "asset":
      return (await house.store.assets.get(id as AssetId))?.name;
    case "agent":
      return (await house.agents.get(id as AgentId))?.name;
    case "point":
      return pointName(house, id as PointId);
    default:
      return undefined;
  }
}

/** `Pressure of Works/Pump`. */
async function pointName({ model }: House, id: PointId): Promise<string | undefined> {
  const view = await model.view();
  const point = view.points.get(id);
  return point && `${point.variable.name} of ${view.path(point.assetId)}`;
}
