import { enrol } from "./enrol.ts";
import { type House, until } from "./house.ts";
import { publish, subscribe } from "./mosquitto.ts";

const TOPIC = "plant/line-1/press/temperature";
const FILTERS = ["plant/line-1/#", "plant/+/+/temperature", "plant/line-1/press/state"];
const WAITING = 12;

/**
 * Three clients of Debian's: one stays connected, two are away and have messages waiting for them.
 * The broker's lists then look as they do at a plant. Gives what ends them.
 */
export async function bringClients(house: House): Promise<() => void> {
  const grant = { publish: ["plant/#"], subscribe: ["plant/#"] };
  const [press, ...readers] = await Promise.all(
    ["Press 1", "Line report", "Shift log", "Wall display"].map((name) => {
      return enrol(house, { kind: "plain", name, grant });
    }),
  );
  const open = await Promise.all(
    readers.map(({ plain }, index) => {
      return subscribe({ ...plain, isLasting: true }, FILTERS[index] ?? TOPIC);
    }),
  );
  const [stays, ...leave] = open.toReversed();
  for (const one of leave) one.close();
  await until("they are away", async () => {
    const { items } = await house.call("GET", "/broker/sessions?only=away");
    return items.length >= leave.length;
  });
  for (let round = 0; press && round < WAITING; round += 1) {
    await publish(press.plain, TOPIC, String(180 + round));
  }
  return () => stays?.close();
}
