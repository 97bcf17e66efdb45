import assert from "node:assert/strict";
import { test } from "node:test";
import { Gauges } from "./gauge.ts";

test("counters add up, gauges are what they were set to, the rest is 0", () => {
  const gauges = new Gauges();
  gauges.add("messages_total");
  gauges.add("messages_total", 2);
  gauges.set("clients", 4);
  gauges.set("clients", 3);
  assert.deepEqual(
    ["messages_total", "clients", "other"].map((name) => gauges.get(name)),
    [3, 3, 0],
  );
  assert.deepEqual([gauges.find("clients"), gauges.find("other")], [3, undefined]);
});

test("a total is over all labels of a name, and of no other name", () => {
  const gauges = new Gauges();
  gauges.add('messages_total{driver="a"}', 1);
  gauges.add('messages_total{driver="b"}', 2);
  gauges.add("messages_total_x", 4);
  assert.equal(gauges.total("messages_total"), 3);
});

test("the text is Prometheus': all of one name together behind its type", () => {
  const gauges = new Gauges();
  gauges.add('messages_total{driver="b"}', 2);
  gauges.add("messages_total_bytes_total", 9);
  gauges.add('messages_total{driver="a"}', 1);
  gauges.set("clients", 0.5);
  assert.equal(
    gauges.text(),
    "# TYPE fieldline_clients gauge\nfieldline_clients 0.5\n" +
      "# TYPE fieldline_messages_total counter\n" +
      'fieldline_messages_total{driver="a"} 1\nfieldline_messages_total{driver="b"} 2\n' +
      "# TYPE fieldline_messages_total_bytes_total counter\nfieldline_messages_total_bytes_total 9\n",
  );
});

test("the values of a label are told, the largest first", () => {
  const gauges = new Gauges();
  gauges.add('dropped_total{reason="expired"}', 1);
  gauges.add('dropped_total{reason="queue_full"}', 3);
  gauges.add("dropped_totals", 9);
  assert.deepEqual(gauges.byLabel("dropped_total"), [
    { label: "queue_full", value: 3 },
    { label: "expired", value: 1 },
  ]);
});
