import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { RawClient, TestHouse } from "../../test/mqtt-peer.ts";
import { BROKER_FIGURES } from "../domain/broker-figure.ts";
import type { LIMIT } from "../domain/limit.ts";

/** Where nothing is refused, dropped or slowed down: how much is done at once, or remembered. */
const SILENT: readonly (keyof typeof LIMIT)[] = [
  ...([
    "matchedTopics",
    "topicsPerClient",
    "messagesPerBatch",
    "largeBytesPerBatch",
    "largePayloadBytes",
  ] as const),
  ...(["refusalsPerPacket", "rejectedPayloadBytes"] as const),
];
/** Of the client for another broker. */
const ELSEWHERE = ["mqtt_kept_passed_over_total"];

const here = dirname(fileURLToPath(import.meta.url));
const files = readdirSync(here, { recursive: true, encoding: "utf8" }).filter((file) =>
  /^(?!.*\.test)(?!external).*\.ts$/.test(file),
);
const code = files.map((file) => readFileSync(join(here, file), "utf8")).join("");

test("whatever the broker counts is in the one table of its figures, and nothing else is", () => {
  const counted = new Set([...code.matchAll(/\bmqtt_[a-z_]+[a-z]/g)].map(([name]) => name));
  const told = BROKER_FIGURES.map(({ gauge }) => gauge);
  assert.deepEqual(
    [...counted].filter((name) => !ELSEWHERE.includes(name)).toSorted(),
    told.toSorted(),
  );
  assert.equal(new Set(BROKER_FIGURES.map(({ topic }) => topic)).size, told.length);
});

test("every reason for which the broker drops or closes has its words", () => {
  for (const { gauge, rows = {} } of BROKER_FIGURES) {
    const named = code.matchAll(new RegExp(`${gauge}{reason="(\\w+)"}`, "g"));
    const unknown = [...named].map(([, reason = ""]) => reason).filter((one) => !(one in rows));
    assert.deepEqual(unknown, []);
  }
});

test("no limit of the broker is met without being counted", () => {
  const met = new Set([...code.matchAll(/LIMIT\.(\w+)/g)].map(([, name = ""]) => name));
  const counted = new Set<string>([...BROKER_FIGURES.flatMap(({ limits = [] }) => limits)]);
  const quiet = [...met].filter((name) => !name.startsWith("external") && !counted.has(name));
  assert.deepEqual(quiet.toSorted(), SILENT.toSorted());
});

test("every figure is at /metrics from the start, and under $SYS for who may read it", async (t) => {
  const house = new TestHouse();
  house.rights = { publish: [], subscribe: ["$SYS/#"] };
  const { port } = await house.open(t);
  const reader = await RawClient.enter(port);
  await reader.subscribe("$SYS/broker/#");
  const topics = new Set<string>();
  const wanted = BROKER_FIGURES.flatMap(({ topic, rows = {} }) => [
    `$SYS/broker/${topic}`,
    ...Object.keys(rows).map((row) => `$SYS/broker/${topic}/${row}`),
  ]);
  while (topics.size < wanted.length + 1) topics.add((await reader.expect("publish")).topic);
  assert.deepEqual([...topics].toSorted(), [...wanted, "$SYS/broker/uptime"].toSorted());
  const text = house.gauges.text();
  for (const { gauge, rows = {} } of BROKER_FIGURES) {
    const rest = Object.keys(rows).map((row) => `{reason="${row}"}`);
    for (const label of rest.length > 0 ? rest : [""]) {
      if (gauge !== "mqtt_refused_total") assert.ok(text.includes(`fieldline_${gauge}${label} `));
    }
  }
});
