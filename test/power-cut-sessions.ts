import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Durability } from "../src/domain/durability.ts";
import { chances } from "../src/lib/chance.ts";
import { systemClock } from "../src/lib/clock.ts";
import { RawClient, TestHouse } from "./mqtt-peer.ts";
import { ownProgram } from "./own-program.ts";
import { CALLS, Playback } from "./power-cut.ts";

const CHILD = ownProgram(import.meta.url, "publish-for-ever");
const SEED = 6;
const MESSAGES = 400;
/** Of those that publish-for-ever.ts publishes on. */
const TOPICS = 20;
/** A disk that takes 20 ms to sync: messages are acknowledged meanwhile, which it may lose. */
const SLOW = ["-e", "inject=fdatasync:delay_enter=20000"];
const skip = spawnSync("strace", ["-V"]).status !== 0;

/** What is acknowledged is there, synced as it is by default; and a disk that lies would be seen. */
export function losesNothingOfSessions({ cuts }: { readonly cuts: number }): void {
  test("a power cut loses nothing that waits for a session, nor what is retained", {
    skip,
  }, async (t) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "fieldline-")));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const playback = recorded(folder, "synced");
    const random = chances(SEED);
    for (let round = 0; round < cuts; round += 1) {
      const cut = Math.floor(playback.length * (0.1 + 0.9 * random()));
      const into = join(folder, `${round}`);
      playback.restore(cut, into, { random: chances(cut), keepsPromises: true });
      assert.deepEqual(await lost(t, into, playback.said(cut)), [], `after ${cut} calls`);
      rmSync(into, { recursive: true });
    }
    const lies = join(folder, "lies");
    playback.restore(playback.length, lies, { random, keepsPromises: false });
    const seen = await lossSeen(t, lies, playback.said(playback.length));
    assert.ok(seen, "without syncs there is a loss");
    t.diagnostic(`${cuts} cuts, 0 lost; ${seen} without syncs`);
  });
}

/** Also by a broker that refuses the folder, for a line of it is no longer one. */
async function lossSeen(t: TestContext, folder: string, said: string): Promise<string | undefined> {
  try {
    const lacking = await lost(t, folder, said);
    return lacking.length > 0 ? `${lacking.length}` : undefined;
  } catch (reason) {
    assert.match(String(reason), /line \d+ is not understood/);
    return "some of them, and the folder is refused";
  }
}

/** Numbers that were acknowledged and do not wait, or are not what their topic retains. */
async function lost(t: TestContext, folder: string, said: string): Promise<readonly number[]> {
  const acknowledged = numbersIn(said);
  const house = new TestHouse(systemClock);
  const { broker } = await house.open(t, folder);
  const retained = new Map(
    broker.retained("plant/+").map(({ topic, payload }) => [topic, Number(payload)]),
  );
  await broker.close();
  const kept = new Set(await waiting(t, folder));
  const isRetained = (number: number) => (retained.get(`plant/${number % TOPICS}`) ?? 0) >= number;
  return acknowledged.filter(
    (number) => !kept.has(number) || (number % 2 === 0 && !isRetained(number)),
  );
}

/** A power cut with `--mqtt-ack written`: the same test in a short and in a long form. */
export function losesTheNewestOfSessions({ cuts }: { readonly cuts: number }): void {
  test("with --mqtt-ack written a power cut takes the newest of a session alone", {
    skip,
  }, async (t) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "fieldline-")));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const playback = recorded(folder, "written");
    const random = chances(SEED);
    let taken = 0;
    for (let round = 0; round < cuts; round += 1) {
      const cut = Math.floor(playback.length * (0.1 + 0.9 * random()));
      const into = join(folder, `${round}`);
      playback.restore(cut, into, { random: chances(cut), keepsPromises: true });
      const isLog = (path: string) => /\/sessions-\d+\.log$/.test(path);
      const promised = numbersIn(playback.saidBeforeSync(cut, isLog));
      const kept = await waiting(t, into);
      const inOrder = Array.from(kept, (_, index) => index + 1);
      assert.deepEqual(kept, inOrder, `after ${cut} calls nothing is missing in between`);
      assert.ok(kept.length >= Math.max(0, ...promised), `after ${cut} calls: ${kept.length}`);
      taken += Math.max(0, numbersIn(playback.said(cut)).length - kept.length);
      rmSync(into, { recursive: true });
    }
    assert.ok(taken > 0, "some had been acknowledged that the disk did not have");
    t.diagnostic(
      `${cuts} cuts took ${taken} messages that no finished sync had seen, and no other`,
    );
  });
}

function recorded(folder: string, durability: Durability): Playback {
  const trace = join(folder, "trace");
  const live = join(folder, "live");
  const watch = ["-f", "-y", "-xx", "-s", "1000000", "-o", trace, "-e", `trace=${CALLS}`, ...SLOW];
  const child = [process.execPath, ...CHILD, live, `${MESSAGES}`, durability];
  const env = { ...process.env, UV_USE_IO_URING: "0" };
  const { status } = spawnSync("strace", [...watch, ...child], { stdio: "ignore", env });
  assert.equal(status, 0);
  return new Playback(readFileSync(trace, "latin1"), live);
}

/** The numbers that wait for the reader, in the order in which they come. */
async function waiting(t: TestContext, folder: string): Promise<readonly number[]> {
  const { broker, port } = await new TestHouse(systemClock).open(t, folder);
  const reader = await RawClient.enter(port, { clientId: "away", clean: false });
  const numbers: number[] = [];
  let hasAll = false;
  while (!hasAll) {
    hasAll = broker.clients()[0]?.queued === 0;
    reader.send({ cmd: "pingreq" });
    for (let packet = await reader.next(); packet.cmd !== "pingresp"; ) {
      const { messageId = 0 } = packet;
      if (packet.cmd === "publish") numbers.push(Number(packet.payload));
      reader.send({ cmd: "puback", messageId });
      packet = await reader.next();
    }
  }
  await broker.close();
  return numbers;
}

function numbersIn(said: string): readonly number[] {
  return said.split("\n").slice(0, -1).map(Number);
}
