import { PassThrough } from "node:stream";
import { unpackInteger } from "../domain/integer.ts";
import { LIMIT } from "../domain/limit.ts";
import type { LiveFrame, LiveWord } from "../domain/live-frame.ts";
import { problem } from "../domain/problem.ts";
import { qualityOf } from "../domain/reading.ts";
import { KIND } from "../domain/samples.ts";
import type { Timer } from "../lib/clock.ts";
import { failure, success } from "../lib/outcome.ts";
import { type Answer, type Call, type Handlers, Verbatim } from "./handler.ts";
import type { House } from "./house.ts";
import { shown } from "./samples.ts";
import { iso } from "./time.ts";
import { watchListOf } from "./watch-list.ts";

export const streamHandlers = { "GET /stream": openStream } satisfies Handlers;

const CLOCK_MS = 5_000;
/** Its sender asks for a new one then, and is looked at anew. */
const STREAM_MS = 60 * 60_000;

type Frame = Omit<LiveFrame, "subscription">;
type Texts = readonly { readonly position: number; readonly text: string }[];

/** Server-sent events, for scripts, `curl` and proxies that break WebSockets. */
async function openStream(house: House, { query, by }: Call<"GET /stream">): Answer<"GET /stream"> {
  const names = [...new Set(query.points.split(","))];
  if (names.length > LIMIT.pointsPerQuery) {
    return failure(problem("query_too_large", `at most ${LIMIT.pointsPerQuery} points`));
  }
  if (house.viewers.isFull)
    return failure(problem("viewer_limit", `at most ${LIMIT.liveViewers} at once`));
  const { series, unknown } = await watchListOf(house, names);
  if (unknown.length > 0) return failure(problem("point_unknown", `no point '${unknown[0]}'`));

  const stream = new EventStream(house, by.actor.id);
  const watch = house.live.watch({
    series,
    rateHz: query.rate ?? 1,
    ready: () => stream.backlog < LIMIT.liveBacklogBytes,
    send: (frame, texts, words) => stream.say("values", rowsOf(frame, texts, words, names)),
    missed: (from, to) => stream.say("gap", { from: iso(from), to: iso(to) }),
  });
  stream.onEnd(() => watch.close());
  // The reader sees the stream end, and its next one tells why.
  watch.opened.catch(() => stream.end());
  const headers = { "cache-control": "no-store", "x-accel-buffering": "no" };
  return success(new Verbatim("text/event-stream", stream.body, headers));
}

/** The text of server-sent events, with a clock in it and everything that happens. */
class EventStream {
  readonly body = new PassThrough();
  readonly #house: House;
  readonly #ends: (() => void)[] = [];
  readonly #endAt: number;
  #timer: Timer | undefined;

  constructor(house: House, actorId: string) {
    this.#house = house;
    this.#endAt = house.clock.monotonic() + STREAM_MS;
    this.onEnd(house.viewers.add({ actorId, end: () => this.end() }));
    this.onEnd(house.notices.listen((event) => this.say("event", event)));
    this.body.on("close", () => this.#closed());
    this.#tick();
  }

  get backlog(): number {
    return this.body.readableLength + this.body.writableLength;
  }

  onEnd(call: () => void): void {
    this.#ends.push(call);
  }

  say(event: string, data: unknown): void {
    if (this.backlog > LIMIT.liveBacklogBytesMax) this.body.destroy();
    else if (this.body.writable)
      this.body.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    this.body.end();
    this.#closed();
  }

  #tick(): void {
    const { clock } = this.#house;
    if (clock.monotonic() >= this.#endAt) {
      this.end();
      return;
    }
    this.say("clock", { now: iso(clock.now()) });
    this.#timer = clock.after(CLOCK_MS, () => this.#tick());
  }

  #closed(): void {
    this.#timer?.cancel();
    for (const end of this.#ends.splice(0)) end();
  }
}

function rowsOf(frame: Frame, texts: Texts, words: readonly LiveWord[], names: readonly string[]) {
  const wordAt = new Map(words.map(({ position, word }) => [position, word]));
  const textAt = new Map(texts.map(({ position, text }) => [position, text]));
  return Array.from(frame.position, (position, row) => ({
    point: names[position],
    at: iso(frame.t0 + (frame.after[row] ?? 0)),
    value: textAt.get(position) ?? valueAt(frame, row),
    quality: qualityOf(frame.quality[row] ?? 0),
    ...(wordAt.has(position) && { statusWord: wordAt.get(position) }),
  }));
}

function valueAt({ kind, value }: Frame, row: number) {
  const number = value[row] ?? 0;
  if (kind[row] === KIND.integer) return shown(unpackInteger(number));
  return kind[row] === KIND.boolean ? number !== 0 : shown(number);
}
