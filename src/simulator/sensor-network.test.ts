import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceAddress } from "../domain/brand.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./calendar.ts";
import type { DeviceReport } from "./installation.ts";
import { type NetworkOptions, roomsOf, SensorNetwork } from "./sensor-network.ts";

const SITE = { utcOffsetMs: HOUR_MS, seed: 11 };
const TUESDAY = Date.UTC(2026, 10, 24);
const NODE = "mesh/1" as DeviceAddress;
/** Change of value by channel: the specification's defaults. */
const CHANGES = {
  "temperature.temperature": 0.2,
  "humid.humidity": 5,
  "voc.voc": 30,
  "co2.co2": 50,
  "illuminance.illuminance": 50,
  "microphone.noise-level": 5,
};

function mesh(nodes: number, options: Partial<NetworkOptions> = {}): SensorNetwork {
  const rooms = roomsOf(nodes, 11);
  return new SensorNetwork({ network: "mesh", rooms, site: SITE, bootAt: TUESDAY, ...options });
}

/** Time and value of what was reported, by `device channel`. */
function byChannel(reports: readonly DeviceReport[]): Map<string, { at: number; value: number }[]> {
  const found = new Map<string, { at: number; value: number }[]>();
  for (const { device, readings } of reports) {
    for (const { channel, at, value } of readings) {
      const key = `${device} ${channel}`;
      found.set(key, [...(found.get(key) ?? []), { at, value: Number(value) }]);
    }
  }
  return found;
}

test("ten nodes report for a day as their policy says", () => {
  const found = byChannel(mesh(10).advance(TUESDAY + DAY_MS));
  for (let node = 1; node <= 10; node += 1) {
    for (const [channel, change] of Object.entries(CHANGES)) {
      const series = found.get(`mesh/${node} ${channel}`) ?? [];
      assert.ok(series.length >= 96, `${channel}: ${series.length}`);
      assertPolicy(series, change);
    }
  }
});

/** Report time 900 s, dead time 300 s: the specification's defaults. */
function assertPolicy(series: readonly { at: number; value: number }[], change: number): void {
  for (const [index, { at, value }] of series.entries()) {
    const last = series[index - 1];
    if (!last) continue;
    const gap = at - last.at;
    assert.ok(gap >= 300_000 && gap <= 900_000, `${gap} ms`);
    assert.ok(gap === 900_000 || Math.abs(value - last.value) + 1e-5 >= change, `${value}`);
  }
}

test("the start-up values come first: each sensor once, then health", () => {
  const first = mesh(1).advance(TUESDAY + 6_000);
  assert.deepEqual(
    first.map(({ readings }) => readings[0]?.channel),
    [...Object.keys(CHANGES), "motion.occupancy", "health.health"],
  );
  assert.equal(first.at(-1)?.readings[0]?.value, 255);
});

test("reports come in order of time, and a day in one go is a day in small steps", () => {
  const whole = mesh(4).advance(TUESDAY + DAY_MS / 4);
  const network = mesh(4);
  const steps: DeviceReport[] = [];
  for (let t = TUESDAY; t <= TUESDAY + DAY_MS / 4; t += 7_000) steps.push(...network.advance(t));
  steps.push(...network.advance(TUESDAY + DAY_MS / 4));
  const times = whole.map(({ readings }) => readings[0]?.at ?? 0);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  assert.deepEqual(byChannel(steps), byChannel(whole));
});

test("nothing happens before nextAt", () => {
  const network = mesh(3);
  network.advance(TUESDAY + HOUR_MS);
  for (let index = 0; index < 500; index += 1) {
    const { nextAt } = network;
    assert.deepEqual(network.advance(nextAt - 1), []);
    network.advance(nextAt);
    assert.ok(network.nextAt > nextAt);
  }
});

test("occupancy says that people came and left, and nothing twice", () => {
  const found = byChannel(mesh(10).advance(TUESDAY + DAY_MS));
  let changes = 0;
  for (let node = 1; node <= 10; node += 1) {
    const states = (found.get(`mesh/${node} motion.occupancy`) ?? []).map(({ value }) => value);
    assert.ok(
      states.every((value, index) => [1, 4].includes(value) && value !== states[index - 1]),
    );
    changes += states.length;
  }
  assert.ok(changes > 30);
});

const QUICK = {
  name: "sensors-config",
  parameters: { temperature: { cov: 0, "report-time": 60, "dead-time": 60 } },
};

test("a configuration changes the report times that it names, and no others", () => {
  const network = mesh(1);
  network.advance(TUESDAY + HOUR_MS);
  network.obey(NODE, QUICK, TUESDAY + HOUR_MS);
  const found = byChannel(network.advance(TUESDAY + 2 * HOUR_MS));
  const times = (found.get("mesh/1 temperature.temperature") ?? []).map(({ at }) => at);
  assert.equal(times.length, 60);
  assert.ok(times.every((at, index) => at === TUESDAY + HOUR_MS + (index + 1) * MINUTE_MS));
  assert.ok((found.get("mesh/1 humid.humidity")?.length ?? 0) <= 12);
});

test("firmware 1.8 says nothing more after a configuration than what is due, and its health", () => {
  const network = mesh(1);
  network.advance(TUESDAY + HOUR_MS);
  const answer = network.obey(NODE, QUICK, TUESDAY + HOUR_MS);
  const said = answer.map(({ readings }) => readings[0]?.channel);
  assert.ok(!said.includes("humid.humidity") && !said.includes("motion.occupancy"), `${said}`);
  assert.equal(said.at(-1), "health.health");
});

test("after a configuration firmware 2.1 sends all start-up values again", () => {
  const network = mesh(1, { firmware: "2.1" });
  network.advance(TUESDAY + HOUR_MS);
  const answer = network.obey(NODE, QUICK, TUESDAY + HOUR_MS);
  assert.deepEqual(
    answer.map(({ readings }) => readings[0]?.channel),
    [...Object.keys(CHANGES), "motion.occupancy", "health.health"],
  );
});

test("a node holds the picture that it was told", () => {
  const network = mesh(2);
  const parameters = { mode: 1, duration: 10_000, speed: 100, colors: ["0x0000FF"] };
  network.obey(NODE, { name: "led-ring", parameters }, TUESDAY);
  assert.equal(network.picture(NODE)?.animation?.mode, 1);
  assert.equal(network.picture(NODE)?.animation?.until, TUESDAY + 10_000);
  assert.equal(network.picture("mesh/2" as DeviceAddress)?.animation, null);
  network.obey(NODE, { name: "led-ring", parameters: { mode: -1 } }, TUESDAY + 1);
  assert.equal(network.picture(NODE)?.animation, null);
});

test("a sensor that fails is silent, health tells, and recovery is a first reading", () => {
  const network = mesh(6, { faultsPerDay: 2 });
  const found = byChannel(network.advance(TUESDAY + 3 * DAY_MS));
  const masks = [1, 2, 3, 4, 5, 6].flatMap((node) => {
    const health = found.get(`mesh/${node} health.health`) ?? [];
    const co2 = found.get(`mesh/${node} co2.co2`) ?? [];
    for (const [index, { at, value }] of health.entries()) {
      if ((value & 1) === 1) continue;
      const mended = health.slice(index).find((later) => (later.value & 1) === 1);
      const until = mended?.at ?? Number.POSITIVE_INFINITY;
      assert.ok(!co2.some((sample) => sample.at >= at && sample.at < until));
      if (mended) assert.ok(co2.some((sample) => sample.at === until));
    }
    return health.map(({ value }) => value);
  });
  assert.ok(masks.some((mask) => (mask & 1) === 0));
});

test("a sensor that is broken on demand is silent, and health tells, until it is whole again", () => {
  const network = mesh(1);
  const hours = (count: number) => byChannel(network.advance(TUESDAY + count * 3_600_000));
  const of = (found: ReturnType<typeof hours>, channel: string) =>
    (found.get(`${NODE} ${channel}`) ?? []).map(({ value }) => value);
  assert.ok(of(hours(1), "co2.co2").length > 0);
  assert.equal(network.break(NODE, "co2", true), true);
  assert.deepEqual(of(hours(1.01), "health.health"), [254]);
  const broken = hours(3);
  assert.deepEqual(of(broken, "co2.co2"), []);
  assert.ok(of(broken, "voc.voc").length > 0);
  network.break(NODE, "co2", false);
  const whole = hours(4);
  assert.deepEqual(of(whole, "health.health"), [255]);
  assert.ok(of(whole, "co2.co2").length > 0);
  assert.equal(network.break(NODE, "colour", true), false);
});

test("a sensor that is stuck goes on with its last value while its health says 0", () => {
  const network = mesh(6, { faultsPerDay: 2, stuckShare: 1 });
  const found = byChannel(network.advance(TUESDAY + 3 * DAY_MS));
  const told = [1, 2, 3, 4, 5, 6].flatMap((node) => {
    const health = found.get(`mesh/${node} health.health`) ?? [];
    const co2 = found.get(`mesh/${node} co2.co2`) ?? [];
    return health.flatMap(({ at, value }, index) => {
      if ((value & 1) === 1) return [];
      const until = health[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      return [co2.filter((sample) => sample.at >= at && sample.at < until)];
    });
  });
  assert.ok(told.some((samples) => samples.length > 1));
  for (const samples of told) assert.ok(new Set(samples.map(({ value }) => value)).size <= 1);
});

test("the gateway says when it comes and leaves word for when it goes", () => {
  const { opening, agent } = mesh(1);
  const text = (payload?: Uint8Array) => new TextDecoder().decode(payload);
  assert.equal(text(opening.afterSubscribing[0]?.payload), "1");
  assert.equal(text(opening.will?.payload), "0");
  assert.equal(opening.will?.retain, true);
  assert.deepEqual(opening.subscriptions, [
    "/sauter/viasens/mesh/+/configure",
    "/sauter/viasens/mesh/+/control",
  ]);
  assert.equal(agent.clientId, "viasens-mesh");
});

test("firmware 2.1 acknowledges what it understood and says so in a status; 1.8 is silent", () => {
  const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
  const said = mesh(2, { firmware: "2.1" });
  const [answer] = said.answer(NODE, true);
  assert.equal(text(answer?.payload ?? new Uint8Array()), '{"state":"ack"}');
  assert.equal(text(said.answer(NODE, false)[0]?.payload ?? new Uint8Array()), '{"state":"fail"}');
  assert.equal(said.opening.afterSubscribing.filter(({ retain }) => retain).length, 3);
  assert.deepEqual(mesh(2).answer(NODE, true), []);
  assert.equal(mesh(2).opening.afterSubscribing.length, 1);
});
