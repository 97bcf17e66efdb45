import { connectAsync } from "mqtt";

/**
 * What stands behind a broker in most plants: a program that subscribes everything and parses it.
 * It stores nothing. Started with the port; says a line when it listens, and one line of JSON
 * with what it has parsed each time that a line comes in; the line `anew` lets it count from 0.
 */
const client = await connectAsync(`mqtt://127.0.0.1:${process.argv[2]}`);
let parsed = 0;
let firstAt = 0;
let lastAt = 0;
client.on("message", (_topic, payload) => {
  JSON.parse(payload.toString("utf8"));
  lastAt = performance.now();
  if (parsed === 0) firstAt = lastAt;
  parsed += 1;
});
await client.subscribeAsync("#", { qos: 1 });
process.stdout.write("listening\n");
process.stdin.on("data", (line) => {
  if (String(line).startsWith("anew")) parsed = 0;
  const seconds = parsed === 0 ? 0 : (lastAt - firstAt) / 1000;
  process.stdout.write(`${JSON.stringify({ parsed, seconds })}\n`);
});
process.stdin.on("end", () => process.exit(0));
