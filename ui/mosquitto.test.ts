import assert from "node:assert/strict";
import { test } from "node:test";
import { mosquittoLine } from "./mosquitto.ts";

const MESSAGE = {
  topic: "/sauter/viasens/net-1/5/control",
  payload: '{"type":"led-ring"}',
  retain: false,
  qos: 1,
  mqttPort: 1883,
  mqttsPort: 8883,
};

test("on the same machine the line uses the plain port", () => {
  assert.equal(
    mosquittoLine(MESSAGE, "127.0.0.1"),
    "mosquitto_pub -h '127.0.0.1' -p 1883 -u 'CLIENT ID OF AN AGENT' -P 'ITS PASSWORD' -q 1 " +
      `-t '/sauter/viasens/net-1/5/control' -m '{"type":"led-ring"}'`,
  );
});

test("over the network a password travels only encrypted", () => {
  const line = mosquittoLine(MESSAGE, "plant.example");
  assert.match(line, /-p 8883 --cafile ca\.crt/);
});

test("bytes that are no text go through standard input", () => {
  const { payload: _, ...message } = MESSAGE;
  const line = mosquittoLine({ ...message, hex: "00ff" }, "::1");
  assert.match(line, /^echo 00ff \| xxd -r -p \| mosquitto_pub .* -s$/);
});

test("settings are retained; what is quoted stays one word", () => {
  const line = mosquittoLine({ ...MESSAGE, retain: true, payload: "it's" }, "[::1]");
  assert.match(line, /-h '::1'/);
  assert.match(line, /-q 1 -r /);
  assert.ok(line.endsWith("-m 'it'\\''s'"));
});

test("where no port is open, that is what has to be filled in", () => {
  assert.match(mosquittoLine({ ...MESSAGE, mqttPort: null, mqttsPort: null }, "h"), /-p PORT/);
});
