import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";

/**
 * Where one whole packet lies: its first byte, its variable header, its end. A reader has one such
 * object and moves it along, so that nothing is allocated for a packet.
 */
export type PacketView = { buffer: Buffer; start: number; body: number; end: number };

type Extent = "whole" | "partial" | "malformed" | "too large";

const NOTHING = Buffer.alloc(0);
/** A remaining length has at most four bytes of seven bits: MQTT 5.0 section 1.5.5. */
const LAST_SHIFT = 21;
const HELD_BYTES_MIN = 64;

/**
 * Finds the packets in what a stream brings. They are looked at where they were read; only a packet
 * that lies across two chunks is copied, once. The limit is checked on the length that a packet
 * announces, before its bytes are waited for.
 */
export class PacketReader {
  readonly #take: (packet: PacketView) => void;
  readonly #bytesMax: number;
  readonly #packet: PacketView = { buffer: NOTHING, start: 0, body: 0, end: 0 };
  #at = 0;
  /** The beginning of a packet whose end was not read yet. */
  #held = NOTHING;
  #heldBytes = 0;
  /** What was read while halted. */
  #rest: Buffer | null = null;
  #isHalted = false;

  constructor(take: (packet: PacketView) => void, bytesMax: number = LIMIT.packetBytes) {
    this.#take = take;
    this.#bytesMax = bytesMax;
  }

  /** A problem means that the stream cannot be understood any further. */
  read(chunk: Buffer): Problem | undefined {
    this.#at = 0;
    while (this.#at < chunk.length) {
      if (this.#isHalted) {
        this.#rest = chunk.subarray(this.#at);
        return undefined;
      }
      const extent = this.#heldBytes > 0 ? this.#complete(chunk) : this.#begin(chunk);
      if (extent === "whole") this.#take(this.#packet);
      else if (extent !== "partial") return described(extent, this.#bytesMax);
    }
    // Up to 64 kB that a silent connection would hold on to.
    this.#packet.buffer = NOTHING;
    return undefined;
  }

  /** No packet is taken from now on, until `proceed`. */
  halt(): void {
    this.#isHalted = true;
  }

  proceed(): Problem | undefined {
    const rest = this.#rest;
    this.#rest = null;
    this.#isHalted = false;
    return rest === null ? undefined : this.read(rest);
  }

  #begin(chunk: Buffer): Extent {
    const extent = this.#locate(chunk, this.#at, chunk.length);
    if (extent === "partial") this.#hold(chunk, chunk.length);
    else this.#at = this.#packet.end;
    return extent;
  }

  /** Adds to what is held, but no byte of the packet that follows it. */
  #complete(chunk: Buffer): Extent {
    let extent = this.#locate(this.#held, 0, this.#heldBytes);
    while (extent === "partial" && this.#at < chunk.length) {
      const missing = this.#packet.end > 0 ? this.#packet.end - this.#heldBytes : 1;
      this.#hold(chunk, Math.min(chunk.length, this.#at + missing));
      extent = this.#locate(this.#held, 0, this.#heldBytes);
    }
    if (extent === "whole") {
      // Messages look into these bytes until they are settled: never write there again.
      this.#held = NOTHING;
      this.#heldBytes = 0;
    }
    return extent;
  }

  /** Finds the packet at `start`; its end is 0 while its length is not known. */
  #locate(buffer: Buffer, start: number, limit: number): Extent {
    const packet = this.#packet;
    packet.buffer = buffer;
    packet.start = start;
    packet.end = 0;
    let length = 0;
    let at = start + 1;
    for (let shift = 0; ; shift += 7) {
      if (at >= limit) return "partial";
      const byte = buffer[at] ?? 0;
      at += 1;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
      if (shift === LAST_SHIFT) return "malformed";
    }
    if (length > this.#bytesMax) return "too large";
    packet.body = at;
    packet.end = at + length;
    return packet.end <= limit ? "whole" : "partial";
  }

  #hold(chunk: Buffer, until: number): void {
    const bytes = this.#heldBytes + until - this.#at;
    if (bytes > this.#held.length) {
      // Doubling keeps a trickling sender from having us copy the same bytes again and again.
      const larger = Buffer.allocUnsafe(Math.max(HELD_BYTES_MIN, bytes * 2));
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#heldBytes, this.#at, until);
    this.#heldBytes = bytes;
    this.#at = until;
  }
}

function described(extent: "malformed" | "too large", bytesMax: number): Problem {
  return extent === "malformed"
    ? problem("packet_malformed", "the remaining length has more than four bytes")
    : problem("payload_too_large", `a packet of more than ${bytesMax} bytes is announced`);
}
