import assert from "node:assert/strict";
import { after, test } from "node:test";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasPaho, Paho } from "./paho.ts";

const skip = !hasPaho;
const house = await (await House.open()).signIn();
after(() => house.close());
const grant = { publish: ["plant/#"], subscribe: ["plant/#"] };
const VERSIONS = [3, 4, 5] as const;
const NAMES = { 3: "3.1", 4: "3.1.1", 5: "5.0" } as const;

for (const [version, speaker, listener] of await enrolled()) {
  const name = NAMES[version];
  const open = ({ plain }: typeof speaker, more = {}) => Paho.enter({ ...plain, version, ...more });

  test(`MQTT ${name}: each quality of service arrives, in order and once`, { skip }, async () => {
    const sub = await open(listener);
    assert.deepEqual(await sub.subscribe("plant/+/level", 2), [2]);
    const pub = await open(speaker);
    const sent = [0, 1, 2, 1, 0, 2].map((qos, index) => ({ qos, payload: `${version}-${index}` }));
    for (const { qos, payload } of sent) await pub.publish("plant/tank/level", payload, { qos });
    await until("all have come", () => sub.messages.length >= sent.length);
    const heard = sub.messages.map(({ qos, payload }) => ({ qos, payload }));
    assert.deepEqual(byQuality(heard), byQuality(sent));
    await pub.leave();
    await sub.leave();
  });

  test(`MQTT ${name}: a retained message waits for who comes late`, { skip }, async () => {
    const pub = await open(speaker);
    await pub.publish(`plant/state-${version}`, "auto", { retain: true });
    const sub = await open(listener);
    await sub.subscribe(`plant/state-${version}`);
    await until("the kept one comes", () => sub.messages.length > 0);
    assert.deepEqual(
      sub.messages.map(({ payload, retain }) => [payload, retain]),
      [["auto", true]],
    );
    await pub.publish(`plant/state-${version}`, "manual", { retain: true });
    await until("the live one comes", () => sub.messages.length > 1);
    assert.equal(sub.messages[1]?.retain, false, "a live one is not marked as kept");
    await pub.publish(`plant/state-${version}`, "", { retain: true });
    await pub.leave();
    await sub.leave();
  });

  test(`MQTT ${name}: the will of one who is gone without a word is told`, { skip }, async () => {
    const sub = await open(listener);
    await sub.subscribe("plant/lost/#");
    const will = { topic: `plant/lost/${version}`, payload: "gone", qos: 1, retain: false };
    await (await open(speaker, { will })).leave();
    await (await open(speaker, { will })).vanish();
    await until("the will is told", () => sub.messages.length > 0);
    assert.deepEqual(
      sub.messages.map(({ payload }) => payload),
      ["gone"],
    );
    await sub.leave();
  });

  test(`MQTT ${name}: what came while a client was away waits in its session`, {
    skip,
  }, async () => {
    const away = await open(listener, { clean: false });
    await away.subscribe("plant/away");
    await away.vanish();
    const pub = await open(speaker);
    for (const payload of ["1", "2", "3"]) await pub.publish("plant/away", payload);
    await pub.leave();
    const back = await open(listener, { clean: false });
    assert.equal(back.sessionPresent, version > 3);
    await until("all that was missed comes", () => back.messages.length >= 3);
    assert.deepEqual(
      back.messages.map(({ payload }) => payload),
      ["1", "2", "3"],
    );
    await back.leave();
  });

  test(`MQTT ${name}: a wrong password is refused`, { skip }, async () => {
    const wrong = await Paho.open({ ...speaker.plain, password: "wrong", version });
    assert.equal(wrong.code, version === 5 ? 0x86 : 4);
  });
}

/** All before the first test, so that tests that are skipped do not outrun them. */
function enrolled() {
  const one = (name: string) => enrol(house, { kind: "plain", name, grant });
  return Promise.all(
    VERSIONS.map(async (version) => {
      const speaker = await one(`speaker-${version}`);
      return [version, speaker, await one(`listener-${version}`)] as const;
    }),
  );
}

/** MQTT 3.1.1, 4.6: the order holds within a quality of service; 2 is told after its PUBREL. */
function byQuality<T extends { readonly qos: number }>(messages: readonly T[]): T[] {
  return messages.toSorted((one, other) => one.qos - other.qos);
}
