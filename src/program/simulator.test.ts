import assert from "node:assert/strict";
import { test } from "node:test";
import type { Io } from "./io.ts";
import { runSimulator } from "./simulator.ts";

/** What somebody types while it runs. */
let lines: string[] = [];

async function run(...args: string[]) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const io: Io = {
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
    log: (line) => complaints.push(line),
    readInput: () => "",
    environment: {},
    onStop: (call) => call(),
    onLine: (call) => {
      for (const line of lines) call(line);
      return () => {};
    },
  };
  const code = await runSimulator(args, io);
  return { code, printed: printed.join("\n"), complaints: complaints.join("\n") };
}

test("--help tells every option", async () => {
  const { code, printed } = await run("viasens", "--help");
  assert.equal(code, 0);
  const options =
    "broker networks nodes seed speed duration faults dead lose double late outage-every";
  for (const option of options.split(" ").map((name) => `--${name}`)) {
    assert.ok(printed.includes(option), option);
  }
});

test("all mistakes are told together, and nothing is started", async () => {
  const { code, complaints } = await run(
    ...["viasens", "--nodes", "many", "--speed", "-1", "--broker", "here", "--nodez", "3"],
    ...["--lose", "2", "--faults", "some"],
  );
  assert.equal(code, 2);
  for (const place of ["--nodes", "--speed", "--broker", "nodez", "--lose", "--faults"]) {
    assert.ok(complaints.includes(place), place);
  }
});

test("what it does not know it does not simulate", async () => {
  assert.match((await run("toaster")).complaints, /cannot simulate 'toaster'/);
  assert.equal((await run()).code, 2);
  assert.match((await run("meter", "--key", "/nowhere/at/all")).complaints, /--key: cannot read/);
});

test("asked to stop, it ends and counts its messages", async () => {
  const { code, printed } = await run("plant", "--broker", "mqtt://127.0.0.1:9");
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(printed), { sent: 0, acknowledged: 0, lost: 0 });
});

test("what should go wrong is typed while it runs; what cannot be done is said", async () => {
  lines = ["dead network-1/3", "broken network-1/2 co2", "outage 5", "dead pump", "explode"];
  const { code, complaints } = await run("viasens", "--broker", "mqtt://127.0.0.1:9");
  lines = [];
  assert.equal(code, 0);
  assert.match(complaints, /cannot do 'dead pump' here/);
  assert.match(complaints, /cannot do 'explode' here/);
  assert.doesNotMatch(complaints, /network-1\/[23]|outage/);
});
