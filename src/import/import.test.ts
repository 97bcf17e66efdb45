import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Series } from "../domain/brand.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import { SamplesBuilder } from "../domain/samples.ts";
import { systemClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { type Imports, openImports, type Target } from "./import.ts";

const folder = mkdtempSync(join(tmpdir(), "fieldline-imports-"));
after(() => rmSync(folder, { recursive: true }));
const ADA: Actor = { kind: "user", id: "u1", name: "Ada" };
const CSV = "at,x\n2026-01-01T00:00:00Z,1\n2026-01-01T00:00:01Z,2\n";
const events: NewEvent[] = [];

const open = () =>
  openImports({
    ...{ folder, clock: systemClock, log: silentLog },
    record: async (event) => events.push(event),
    room: async () => Number.POSITIVE_INFINITY,
  });

const target: Target = {
  ...{ id: "p1", series: 1 as Series, label: "x" },
  variable: { name: "x", dataType: "number" },
};
/** Of a server that ends while the first samples are on their way to the disk. */
const cutOff = new Promise<never>(() => {});
const hands = {
  directory: { byId: () => target, byName: () => target },
  past: async () => ({ samples: new SamplesBuilder().take(), words: undefined }),
  statusSeries: { of: () => undefined, give: async () => {} },
};

async function handedIn(imports: Imports) {
  const bytes = Buffer.from(CSV);
  const begun = await imports.begin({ name: "year.csv", bytes: bytes.length, zone: "UTC" });
  assert.ok(begun.ok);
  const whole = await imports.add(begun.value.id, 0, bytes);
  assert.ok(whole.ok && whole.value.look);
  return { id: whole.value.id, reading: whole.value.look.reading };
}

test("an import that the end of a server broke off is told of once, with its file and who it was", async () => {
  const first = await open();
  const { id, reading } = await handedIn(first);
  const reached = new Promise<void>((resolve) => {
    const keep = () => {
      resolve();
      return cutOff;
    };
    first.walk(id, { mode: "store", reading, actor: ADA }, { ...hands, keep });
  });
  await reached;
  const [running] = first.list();
  assert.deepEqual([running?.state, running?.by?.name], ["storing", "Ada"]);

  const second = await open();
  const last = events.at(-1);
  assert.deepEqual([last?.kind, last?.subject], ["history.import-failed", `import:${id}`]);
  assert.deepEqual(last?.detail, {
    ...{ file: "year.csv", by: "Ada" },
    reason: "the server ended; import the file again for the rest of it",
  });
  assert.deepEqual(readdirSync(folder), []);
  const told = events.length;
  await second.close();
  await (await open()).close();
  assert.equal(events.length, told);
});

test("a file that was only looked at when the server ended is nobody's news", async () => {
  const told = events.length;
  await handedIn(await open());
  assert.equal(readdirSync(folder).length, 1);
  await (await open()).close();
  assert.deepEqual([events.length, readdirSync(folder)], [told, []]);
});
