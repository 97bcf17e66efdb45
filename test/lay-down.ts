import type { House } from "./house.ts";

const NODES = { driver: "viasens", command: "sensors-config" };

/** Settings for a network and for one of its nodes, and a rollout that brings them there. */
export async function layDown(house: House): Promise<void> {
  const { items } = await house.call("GET", "/networks");
  const [{ id }] = items;
  const { nodes } = await house.call("GET", `/networks/viasens/${id}`);
  const quiet = { co2: { "report-time": 1_800, cov: 80 }, voc: { "report-time": 1_800 } };
  const template = await house.call("POST", "/templates", {
    ...{ ...NODES, name: "Quiet rooms", parameters: quiet },
  });
  const scope = { kind: "network", id };
  const fields = { microphone: { cov: 8 } };
  const layer = { ...NODES, scope, templateId: template.id, parameters: fields };
  await house.call("PUT", "/layers", layer);
  const own = { occupancy: { "hold-time": 60 } };
  const [first, ...others] = nodes;
  await house.call("PUT", `/devices/${first.deviceId}/settings`, {
    ...{ command: NODES.command, templateId: null, parameters: own },
  });
  const deviceIds = others.map(({ deviceId }: { deviceId: string }) => deviceId);
  const rollout = { name: "Quiet rooms, all but one", command: NODES.command, deviceIds };
  await house.call("POST", "/rollouts", { ...rollout, perSecond: 50 });
}
