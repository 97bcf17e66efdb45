import { enrol } from "./enrol.ts";
import { type House, until } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";
import { humidityPacket } from "./seeds.ts";

/** A viaSens node has spoken and is adopted as "Hall": the id of its first point. */
export async function hallPoint(house: House): Promise<string> {
  const gateway = await enrol(house, { kind: "viasens", tenant: "12" });
  const client = await RawClient.enter(house.ports.mqtt, gateway.login);
  const { topic, payload } = humidityPacket("12");
  client.publish(topic, payload);
  const device = await until("it waits", async () => (await house.call("GET", "/inbox")).items[0]);
  const { assetId } = await house.call("POST", `/inbox/${device.id}/adopt`, { name: "Hall" });
  return (await house.call("GET", `/points?assetId=${assetId}`)).items[0].id;
}
