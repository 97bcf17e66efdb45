import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { LIMIT } from "../domain/limit.ts";
import { chances } from "../lib/chance.ts";

const SEED = 19;
const MUTATED = 1_000;
/** What a row of hostile input asks for: what nests deeper than any stack, and is larger than that. */
const TOO_LARGE_BYTES = 10 * 1024 * 1024;
const TOO_DEEP = 100_000;

let house: ApiHouse;
let point: string;
before(async () => {
  house = await ApiHouse.open();
  point = await house.adopted("Lab");
});
after(() => house.close());

test("1,000 mutated bodies: each is taken or refused, and none is a failure of the house", async () => {
  const samples = { samples: [{ at: "2026-01-01T00:00:00Z", value: 1.5, quality: "good" }] };
  const requests: [string, object][] = [
    ["POST /assets", { typeId: "building", name: "Hall", parentId: null }],
    ["POST /agents", { kind: "plain", name: "meter", grant: { publish: ["a/#"], subscribe: [] } }],
    ["POST /commands", { deviceId: "12/5", name: "led-ring", parameters: { mode: 0 } }],
    [`POST /points/${point}/samples`, samples],
    ["POST /screens", { name: "Hall", widgets: [{ kind: "value", x: 0, y: 0 }] }],
  ];
  const chance = chances(SEED);
  const counts = new Map<number, number>();
  for (let sent = 0; sent < MUTATED; sent += 1) {
    const [route, body] = requests[sent % requests.length] ?? ["POST /assets", {}];
    const bytes = mutated(JSON.stringify(body), chance);
    const { status, text } = await house.send("engineer", route, bytes);
    assert.ok(status < 500, `${route} ${bytes}: ${status} ${text}`);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  assert.ok((counts.get(400) ?? 0) > MUTATED / 5, JSON.stringify([...counts]));
  assert.deepEqual(
    house.logged.filter((line) => line.includes('"level":"error"')),
    [],
  );
  assert.equal((await house.send("viewer", `GET /points/${point}/latest`)).status, 200);
});

test("a body is refused by its size before it is read, and by its depth before anybody walks it", async () => {
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const large = await house.send("engineer", "POST /assets", nested(TOO_LARGE_BYTES / 2));
  assert.equal(large.status, 413);
  assert.ok(2 * TOO_DEEP < LIMIT.requestBytes);
  const deep = await house.send("engineer", "POST /assets", nested(TOO_DEEP));
  assert.equal(deep.status, 400);
});

test("names of JavaScript's own and numbers beyond all measure change nothing in the house", async () => {
  for (const body of [
    '{"__proto__":{"isAdmin":true},"typeId":"building","name":"a","parentId":null}',
    '{"constructor":{"prototype":{"isAdmin":true}},"typeId":"building","name":"b","parentId":null}',
    `{"samples":[{"at":1e308,"value":1e999}]}`,
    `{"samples":[{"at":"NaN","value":"NaN"}]}`,
  ]) {
    const isSamples = body.includes("samples");
    const route = isSamples ? `POST /points/${point}/samples` : "POST /assets";
    const { status } = await house.send("engineer", route, body);
    assert.ok(status >= 400 && status < 500, `${body}: ${status}`);
  }
  assert.equal(Reflect.get({}, "isAdmin"), undefined);
});

/** A byte changed, left out or put in, up to four times. */
function mutated(text: string, chance: () => number): string {
  const bytes = [...Buffer.from(text)];
  for (let change = 0; change <= chance() * 4; change += 1) {
    const at = Math.floor(chance() * bytes.length);
    const kind = Math.floor(chance() * 3);
    const character = 32 + Math.floor(chance() * 95);
    if (kind === 0) bytes.splice(at, 1);
    else bytes.splice(at, kind - 1, character);
  }
  return Buffer.from(bytes).toString();
}
