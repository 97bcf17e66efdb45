import { LIMIT } from "../src/domain/limit.ts";
import { decodeFrame, type LiveNotice, type LiveRequest } from "../src/domain/live-frame.ts";
import { LiveValues } from "./live-values.ts";

/**
 * How the line to the server stands. `late`: open, but its clock has not been heard for a while.
 * On `late` and `offline` no value on the screen may look live.
 */
export type LinkState = "connecting" | "live" | "late" | "offline";
export type LiveEvent = Extract<LiveNotice, { readonly op: "event" }>;

/** What the feed takes from the browser, so that a test can hand in its own. */
export type LiveParts = {
  readonly open: () => WebSocket;
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly now: () => number;
  /** Runs something later; returns what takes it back. */
  readonly later: (ms: number, run: () => void) => () => void;
  /** 0 to 1, so that a hundred screens do not come back in the same instant. */
  readonly random: () => number;
};

/** Points that come and go in one breath make one subscription. */
const GATHER_MS = 50;
/** The server says its clock every 5 s. */
const LATE_AFTER_MS = 8_000;
const RETRY_MS = 500;
const RETRY_MS_MAX = 15_000;
/** As often as a screen is drawn. */
const RATE_VISIBLE_HZ = 60;
const RATE_HIDDEN_HZ = 1;

/** The one line for live values: subscribes what is looked at, and comes back when it breaks. */
export class LiveFeed {
  readonly values = new LiveValues(() => this.#gather());
  #parts: LiveParts;
  #socket: WebSocket | undefined;
  #subscriptions = new Map<number, readonly string[]>();
  #lastId = 0;
  #state: LinkState = "connecting";
  #restored = 0;
  #offsetMs = 0;
  #heardAt = 0;
  #failures = 0;
  #visible = true;
  #wanted = false;
  #takeBack = { gather: nothing, retry: nothing, late: nothing };
  #onChange = new Set<() => void>();
  #onEvent = new Set<(event: LiveEvent) => void>();

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** When the server was last heard, by its own clock; 0: never yet. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Grows each time values were missed: then histories on the screen must be asked for again. */
  get restored(): number {
    return this.#restored;
  }

  /** Milliseconds since the epoch by the server's clock: ages must not trust this machine's. */
  now(): number {
    return this.#parts.now() + this.#offsetMs;
  }

  start(): void {
    this.#wanted = true;
    if (!this.#socket) this.#connect();
  }

  stop(): void {
    this.#wanted = false;
    for (const takeBack of Object.values(this.#takeBack)) takeBack();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#become("connecting");
  }

  /** A hidden tab needs to stay right, not smooth. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    for (const id of this.#subscriptions.keys()) this.#send({ op: "rate", id, rateHz: this.#rate });
    if (visible && this.#wanted && !this.#socket) this.#connect();
  }

  /** Hears of changes of `state` and `restored`. */
  onChange(listener: () => void): () => void {
    this.#onChange.add(listener);
    return () => this.#onChange.delete(listener);
  }

  /** Hears what happened: states of commands, new devices. */
  onEvent(listener: (event: LiveEvent) => void): () => void {
    this.#onEvent.add(listener);
    return () => this.#onEvent.delete(listener);
  }

  get #rate(): number {
    return this.#visible ? RATE_VISIBLE_HZ : RATE_HIDDEN_HZ;
  }

  #connect(): void {
    this.#takeBack.retry();
    const socket = this.#parts.open();
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#heard(data);
    });
    socket.addEventListener("close", () => this.#closed(socket));
  }

  #opened(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    if (this.#failures > 0) this.#restored += 1;
    this.#failures = 0;
    this.#subscribe();
    this.#alive();
  }

  #closed(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#subscriptions.clear();
    this.#takeBack.late();
    this.#failures += 1;
    const wait = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** (this.#failures - 1));
    const jittered = wait * (0.5 + this.#parts.random() / 2);
    this.#takeBack.retry = this.#parts.later(jittered, () => this.#connect());
    this.#become("offline");
  }

  #heard(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      const frame = decodeFrame(data);
      const points = frame && this.#subscriptions.get(frame.subscription);
      if (points) this.values.applyFrame(frame, points);
      return;
    }
    const notice = JSON.parse(String(data)) as LiveNotice;
    switch (notice.op) {
      case "clock":
        this.#offsetMs = notice.now - this.#parts.now();
        this.#alive();
        break;
      case "texts":
        this.values.applyTexts(notice, this.#subscriptions.get(notice.id) ?? []);
        break;
      case "words":
        this.values.expectWords(notice, this.#subscriptions.get(notice.id) ?? []);
        break;
      case "gap":
        this.#restored += 1;
        this.#tell();
        break;
      case "event":
        this.#forget(notice);
        for (const listener of this.#onEvent) listener(notice);
        break;
      case "subscribed":
      case "problem":
        // Unknown points stay without a value, which is what their figures show.
        break;
    }
  }

  /** Before anybody is told: whoever draws anew then sees what is left. */
  #forget({ kind, subject, detail }: LiveEvent): void {
    if (kind !== "history.deleted") return;
    const { from, to } = detail as { readonly from: number; readonly to: number };
    this.values.forget(subject.slice("point:".length), from, to);
  }

  /** The link has just proved that it lives. */
  #alive(): void {
    this.#heardAt = this.now();
    this.#takeBack.late();
    this.#takeBack.late = this.#parts.later(LATE_AFTER_MS, () => this.#become("late"));
    this.#become("live");
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#onChange) listener();
  }

  #gather(): void {
    this.#takeBack.gather();
    this.#takeBack.gather = this.#parts.later(GATHER_MS, () => this.#subscribe());
  }

  /** Asks for all that is wanted now, then lets go of what was asked before: no hole between. */
  #subscribe(): void {
    if (this.#socket?.readyState !== 1) return;
    const before = [...this.#subscriptions.keys()];
    const wanted = this.values.wanted();
    for (let from = 0; from < wanted.length; from += LIMIT.pointsPerSubscription) {
      const points = wanted.slice(from, from + LIMIT.pointsPerSubscription);
      this.#lastId = (this.#lastId % 0xffff) + 1;
      this.#subscriptions.set(this.#lastId, points);
      this.#send({ op: "subscribe", id: this.#lastId, points, rateHz: this.#rate });
    }
    for (const id of before) {
      this.#subscriptions.delete(id);
      this.#send({ op: "unsubscribe", id });
    }
  }

  #send(request: LiveRequest): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(request));
  }
}

function nothing(): void {
  // Nothing is waiting yet, so there is nothing to take back.
}
