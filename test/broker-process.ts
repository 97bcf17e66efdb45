import { openEmbeddedBroker } from "../src/broker/embedded/embedded.ts";
import { systemClock } from "../src/lib/clock.ts";
import { TestHouse } from "./mqtt-peer.ts";

// A broker in a process of its own, so that a test can kill it; prints its port.
const [, , folder = "", how] = process.argv;
const durability = how === "written" ? "written" : "synced";
const mqtt = { host: "127.0.0.1", port: 0 };
const { parts } = new TestHouse(systemClock);
const broker = await openEmbeddedBroker({ mqtt, mqtts: null, folder, durability }, parts);
console.log(broker.ok ? broker.value.ports.mqtt : broker.problem.detail);
