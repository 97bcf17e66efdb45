import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import type { Device } from "../domain/model.ts";

const house = await ApiHouse.open();
after(() => house.close());
const { parts } = house;
await house.hear();
const [device] = parts.ingest.devices();
assert.ok(device);
const kept = await keep(device, "logs/Größe : 1.html", "<script>");

test("the files of a device are listed", async () => {
  const { json } = await house.send("viewer", `GET /devices/${device.id}/files`);
  assert.deepEqual(json.items, [
    {
      ...{ id: kept.id, path: "logs/Größe : 1.html", bytes: 8, by: "12/5", madeAt: null },
      updatedAt: new Date(kept.updatedAt).toISOString(),
    },
  ]);
});

test("a file is saved under its name, and opened by nobody", async () => {
  const reply = await house.send("viewer", `GET /files/${kept.id}`);
  assert.equal(reply.status, 200);
  assert.equal(reply.text, "<script>");
  assert.equal(reply.headers.get("content-type"), "application/octet-stream");
  assert.equal(reply.headers.get("x-content-type-options"), "nosniff");
  assert.equal(
    reply.headers.get("content-disposition"),
    "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%3A%201.html",
  );
});

test("an engineer removes a file, and the journal knows", async () => {
  assert.equal((await house.send("operator", `DELETE /files/${kept.id}`)).status, 403);
  assert.equal((await house.send("engineer", `DELETE /files/${kept.id}`)).status, 204);
  assert.equal((await house.send("viewer", `GET /files/${kept.id}`)).status, 404);
  const event = (await parts.journal.list({})).at(-1);
  assert.deepEqual([event?.kind, event?.subject], ["file.removed", `device:${device.id}`]);
});

test("of a device that nobody knows there is no list", async () => {
  assert.equal((await house.send("viewer", "GET /devices/none/files")).status, 404);
});

async function keep({ id, name }: Device, path: string, content: string) {
  const by = { kind: "agent", id: "a", name } as const;
  const put = await parts.files.put({ subject: `device:${id}`, path, by }, Buffer.from(content));
  assert.ok(put.ok);
  return put.value;
}
