import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readConfig, SETTINGS, variableOf } from "./config.ts";

const NOTHING = { options: {}, environment: {}, file: {} };

test("without a word, every setting has its fallback", () => {
  const config = readConfig(NOTHING);
  assert.ok(config.ok);
  assert.deepEqual(config.value.http, { host: "127.0.0.1", port: 8080 });
  assert.equal(config.value.demo, false);
});

test("an option beats the environment, the environment beats the file", () => {
  const environment = { FIELDLINE_DATA: "/environment", FIELDLINE_MQTT: "off" };
  const file = { data: "/file", mqtt: "1", demo: "on" };
  const config = readConfig({ options: { data: "/option" }, environment, file });
  assert.ok(config.ok);
  assert.equal(config.value.data, "/option");
  assert.equal(config.value.mqtt, null);
  assert.equal(config.value.demo, true);
});

test("addresses are host and port, IPv6 in brackets, or a port alone on this machine", () => {
  for (const [text, host, port] of [
    ["0.0.0.0:80", "0.0.0.0", 80],
    ["[::1]:8080", "::1", 8080],
    ["9000", "127.0.0.1", 9000],
    ["plant.local:0", "plant.local", 0],
  ] as const) {
    const config = readConfig({ ...NOTHING, options: { http: text } });
    assert.ok(config.ok);
    assert.deepEqual(config.value.http, { host, port });
  }
});

test("another broker is named by a URL, its port by the scheme where it is missing", () => {
  const broker = (text: string) => {
    const config = readConfig({ ...NOTHING, options: { broker: text } });
    return config.ok ? config.value.broker : undefined;
  };
  const nobody = { isTls: false, username: null, password: null };
  const [one, two] = [1883, 1884].map((port) => ({ host: "plant.local", port }));
  assert.deepEqual(broker("mqtt://plant.local"), { hosts: [one], ...nobody });
  const both = broker("mqtt://plant.local,plant.local:1884");
  assert.deepEqual(both, { hosts: [one, two], ...nobody });
  assert.deepEqual(broker("mqtts://u%40x:p%3A@[::1]:9/"), {
    ...{ hosts: [{ host: "::1", port: 9 }], isTls: true, username: "u@x", password: "p:" },
  });
  for (const text of [
    "plant.local",
    "http://x",
    "mqtt://",
    "mqtt://h/topic",
    "mqtt://%zz@h",
    "mqtt://h,",
  ]) {
    assert.equal(broker(text), undefined, text);
  }
});

test("a secret that cannot be read is not repeated", () => {
  const config = readConfig({ ...NOTHING, options: { broker: "amqp://u:secret@h" } });
  assert.ok(!config.ok && !config.problem.join().includes("secret"));
});

test("all mistakes are reported together, each with its place", () => {
  const config = readConfig({
    options: { http: "nowhere", colour: "red" },
    environment: { FIELDLINE_DEMO: "perhaps" },
    file: { datta: "x" },
  });
  assert.ok(!config.ok);
  const mistakes = config.problem.join("\n");
  for (const place of ["--http", "--colour", "FIELDLINE_DEMO", "'datta' in the file"]) {
    assert.ok(mistakes.includes(place), `${place} is missing in: ${mistakes}`);
  }
});

test("docs/config.md lists every setting with its variable and its fallback, and no other", () => {
  const docs = readFileSync(new URL("../../docs/config.md", import.meta.url), "utf8");
  const rows = [...docs.matchAll(/^\| `--([a-z-]+)` \| `([A-Z_]+)` \| (.*?) \|/gm)];
  assert.deepEqual(
    rows.map(([, name, variable, shown]) => [name, variable, shown?.replaceAll("`", "")]),
    Object.entries(SETTINGS).map(([name, { shown }]) => [name, variableOf(name), shown]),
  );
});

test("bytes are said as such, or by their multiples", () => {
  const budget = (text: string) => {
    const config = readConfig({ ...NOTHING, options: { "disk-budget": text } });
    return config.ok ? config.value["disk-budget"] : undefined;
  };
  const found = ["20000000000", "20G", "1.5GiB", "the disk", "20 apples", "0"].map(budget);
  const gib = 1024 ** 3;
  assert.deepEqual(found, [20_000_000_000, 20 * gib, 1.5 * gib, null, undefined, undefined]);
});
