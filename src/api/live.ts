import type { RawData, WebSocket } from "ws";
import type { Identity } from "../access/access.ts";
import { LIMIT } from "../domain/limit.ts";
import { encodeFrame, type LiveNotice, type LiveRequest } from "../domain/live-frame.ts";
import { problem } from "../domain/problem.ts";
import type { Timer } from "../lib/clock.ts";
import { failure } from "../lib/outcome.ts";
import type { Watch, WatchWish } from "../live/live.ts";
import type { Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { readRequest } from "./live-request.ts";
import { type WatchList, watchListOf } from "./watch-list.ts";

export const liveHandlers = {
  "GET /live": async () =>
    failure(problem("request_invalid", "open this address as a WebSocket; see docs/api.md")),
} satisfies Handlers;

/** How often the server says its clock; a viewer that hears nothing for longer is cut off. */
const CLOCK_MS = 5_000;
/** A viewer that answers no ping for so long is gone, or its tab is asleep. */
const SILENT_MS = 30_000;

/** WebSocket close codes, RFC 6455 section 7.4; those from 4000 are ours. */
const CLOSE = { goingAway: 1001, tryLater: 1013, signInLost: 4401 } as const;

/** Who looks, and how to ask again whether he still may. */
type Guest = {
  readonly identity: Identity;
  readonly identify: () => Promise<Identity | undefined>;
};

/** One viewer's socket: requests in, frames and notices out. Speaks `domain/live-frame.ts`. */
export class LiveSocket {
  readonly #house: House;
  readonly #guest: Guest;
  readonly #socket: WebSocket;
  readonly #watches = new Map<number, Watch>();
  readonly #leave: (() => void)[] = [];
  /** Requests are obeyed one behind the other. */
  #turn: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;
  #heardAt: number;

  constructor(house: House, guest: Guest, socket: WebSocket) {
    this.#house = house;
    this.#guest = guest;
    this.#socket = socket;
    this.#heardAt = house.clock.monotonic();
    const actorId = guest.identity.actor.id;
    this.#leave.push(
      house.viewers.add({ actorId, end: (why) => this.#end(why) }),
      house.notices.listen((event) => this.#say({ op: "event", ...event })),
    );
    socket.on("message", (data) => this.#heard(data));
    socket.on("pong", () => this.#alive());
    socket.on("close", () => this.#closed());
    // A broken socket closes next; there is nobody to tell.
    socket.on("error", () => socket.terminate());
    this.#tick();
  }

  #alive(): void {
    this.#heardAt = this.#house.clock.monotonic();
  }

  #heard(data: RawData): void {
    this.#alive();
    // Nothing more is read until this is done: a viewer cannot pile up work.
    this.#socket.pause();
    this.#turn = this.#turn
      .then(() => this.#obey(data))
      .catch((reason) => this.#failed(reason))
      .finally(() => this.#socket.resume());
  }

  async #obey(data: RawData): Promise<void> {
    const request = readRequest(bytesOf(data));
    if (!request.ok) return this.#say({ op: "problem", ...request.problem });
    const { id } = request.value;
    switch (request.value.op) {
      case "subscribe":
        return this.#subscribe(request.value);
      case "rate":
        return this.#watches.get(id)?.setRate(request.value.rateHz);
      case "unsubscribe":
        return this.#unsubscribe(id);
    }
  }

  async #subscribe(request: Extract<LiveRequest, { op: "subscribe" }>): Promise<void> {
    const { id, points, rateHz } = request;
    this.#unsubscribe(id);
    if (this.#watches.size >= LIMIT.subscriptionsPerSocket) {
      const detail = `at most ${LIMIT.subscriptionsPerSocket} subscriptions at once`;
      return this.#say({ op: "problem", code: "query_too_large", detail });
    }
    const list = await watchListOf(this.#house, points);
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#say({ op: "subscribed", id, unknown: list.unknown });
    const watch = this.#house.live.watch(this.#wish(id, list, rateHz));
    this.#watches.set(id, watch);
    watch.opened.catch((reason) => {
      this.#unsubscribe(id);
      this.#failed(reason);
    });
  }

  #unsubscribe(id: number): void {
    this.#watches.get(id)?.close();
    this.#watches.delete(id);
  }

  /** Positions travel as in the viewer's own list, whatever of it is unknown. */
  #wish(id: number, { series, places }: WatchList, rateHz: number): WatchWish {
    const place = (index: number) => places[index] ?? 0;
    return {
      series,
      rateHz,
      ready: () => this.#socket.bufferedAmount < LIMIT.liveBacklogBytes,
      missed: (from, to) => this.#say({ op: "gap", id, from, to }),
      send: (frame, texts, words) => {
        const placed = <T extends { readonly position: number }>(rows: readonly T[]) =>
          rows.map((row) => ({ ...row, position: place(row.position) }));
        if (words.length > 0) this.#say({ op: "words", id, rows: placed(words) });
        const position = frame.position.map(place);
        this.#socket.send(encodeFrame({ ...frame, subscription: id, position }));
        if (texts.length > 0) this.#say({ op: "texts", id, rows: placed(texts) });
      },
    };
  }

  #say(notice: LiveNotice): void {
    if (this.#socket.bufferedAmount > LIMIT.liveBacklogBytesMax) {
      this.#socket.close(CLOSE.tryLater, "too slow");
      this.#socket.terminate();
    } else if (this.#socket.readyState === this.#socket.OPEN) {
      this.#socket.send(JSON.stringify(notice));
    }
  }

  #failed(reason: unknown): void {
    this.#house.log.error("live feed failed", { reason: String(reason) });
    this.#say({ op: "problem", code: "internal", detail: "the values cannot be read now" });
  }

  #tick(): void {
    const { clock } = this.#house;
    if (clock.monotonic() - this.#heardAt > SILENT_MS) {
      this.#socket.terminate();
      return;
    }
    this.#socket.ping();
    this.#say({ op: "clock", now: clock.now() });
    this.#timer = clock.after(CLOCK_MS, () => void this.#renew());
  }

  /** A session that has run out ends the feed too. */
  async #renew(): Promise<void> {
    const identity = await this.#guest.identify();
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (identity) this.#tick();
    else this.#end("lost");
  }

  #end(why: "lost" | "closing"): void {
    if (why === "lost") this.#socket.close(CLOSE.signInLost, "sign in again");
    else this.#socket.close(CLOSE.goingAway, "the server stops");
    this.#closed();
  }

  #closed(): void {
    this.#timer?.cancel();
    for (const leave of this.#leave.splice(0)) leave();
    for (const id of [...this.#watches.keys()]) this.#unsubscribe(id);
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
