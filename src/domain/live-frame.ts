/**
 * The live feed's language, spoken by `api/live.ts` and `ui/live.ts`.
 *
 * Control travels as JSON text, values as binary columns, widest first so that typed arrays need no
 * copy:
 *
 * | bytes   | type      | what                                                      |
 * | ------- | --------- | --------------------------------------------------------- |
 * | 0       | u8        | 1 snapshot, 2 delta                                       |
 * | 1       | u8        | 0, reserved                                               |
 * | 2..3    | u16       | subscription id                                           |
 * | 4..7    | u32       | n, the number of rows                                     |
 * | 8..15   | f64       | t0, milliseconds since the epoch: the oldest row's time   |
 * | 16      | f64 × n   | value; NaN where the row carries no number; of an integer |
 * |         |           | beyond 2^53 what `packInteger` made of it                 |
 * |         | f64 × n   | time of each sample, milliseconds after t0                |
 * |         | u32 × n   | position of the point in the subscription's list          |
 * |         | u8 × n    | quality byte                                              |
 * |         | u8 × n    | kind byte (see samples.ts); texts follow as JSON          |
 *
 * Little endian. Rows of kind text come in a `texts` message right behind the frame, status words
 * that say more than a quality in a `words` message right before it.
 */
export type LiveFrame = {
  readonly snapshot: boolean;
  readonly subscription: number;
  readonly count: number;
  readonly t0: number;
  readonly value: Float64Array;
  readonly after: Float64Array;
  readonly position: Uint32Array;
  readonly quality: Uint8Array;
  readonly kind: Uint8Array;
};

/** What a viewer asks for. `points` are point ids or `device:<id>/<channel>` for the inbox. */
export type LiveRequest =
  | {
      readonly op: "subscribe";
      readonly id: number;
      readonly points: readonly string[];
      readonly rateHz: number;
    }
  | { readonly op: "rate"; readonly id: number; readonly rateHz: number }
  | { readonly op: "unsubscribe"; readonly id: number };

export type LiveWord = { readonly position: number; readonly at: number; readonly word: number };

/** What the server says besides frames. */
export type LiveNotice =
  /** Which of the asked points are watched; the others are unknown or not allowed. */
  | { readonly op: "subscribed"; readonly id: number; readonly unknown: readonly string[] }
  | {
      readonly op: "texts";
      readonly id: number;
      readonly rows: readonly {
        readonly position: number;
        readonly at: number;
        readonly text: string;
      }[];
    }
  /** Status words of the frame behind it, where they say more than a quality. */
  | {
      readonly op: "words";
      readonly id: number;
      readonly rows: readonly LiveWord[];
    }
  /** The server's clock, every 5 s: a silent link shows by its absence. */
  | { readonly op: "clock"; readonly now: number }
  /** Values between these times were not sent: fetch them from the history. */
  | { readonly op: "gap"; readonly id: number; readonly from: number; readonly to: number }
  | {
      readonly op: "event";
      readonly kind: string;
      readonly subject: string;
      readonly detail: unknown;
    }
  | { readonly op: "problem"; readonly code: string; readonly detail: string };

const HEADER_BYTES = 16;
const ROW_BYTES = 8 + 8 + 4 + 1 + 1;

export function encodeFrame(frame: LiveFrame): ArrayBuffer {
  const { count } = frame;
  const buffer = new ArrayBuffer(HEADER_BYTES + count * ROW_BYTES);
  const view = new DataView(buffer);
  view.setUint8(0, frame.snapshot ? 1 : 2);
  view.setUint16(2, frame.subscription, true);
  view.setUint32(4, count, true);
  view.setFloat64(8, frame.t0, true);
  const columns = columnsOf(buffer, count);
  columns.value.set(frame.value.subarray(0, count));
  columns.after.set(frame.after.subarray(0, count));
  columns.position.set(frame.position.subarray(0, count));
  columns.quality.set(frame.quality.subarray(0, count));
  columns.kind.set(frame.kind.subarray(0, count));
  return buffer;
}

/** Returns undefined for bytes that are not a frame. */
export function decodeFrame(buffer: ArrayBuffer): LiveFrame | undefined {
  if (buffer.byteLength < HEADER_BYTES) return undefined;
  const view = new DataView(buffer);
  const count = view.getUint32(4, true);
  if (buffer.byteLength !== HEADER_BYTES + count * ROW_BYTES) return undefined;
  return {
    snapshot: view.getUint8(0) === 1,
    subscription: view.getUint16(2, true),
    count,
    t0: view.getFloat64(8, true),
    ...columnsOf(buffer, count),
  };
}

function columnsOf(buffer: ArrayBuffer, count: number) {
  const after = HEADER_BYTES + 8 * count;
  const position = after + 8 * count;
  const quality = position + 4 * count;
  return {
    value: new Float64Array(buffer, HEADER_BYTES, count),
    after: new Float64Array(buffer, after, count),
    position: new Uint32Array(buffer, position, count),
    quality: new Uint8Array(buffer, quality, count),
    kind: new Uint8Array(buffer, quality + count, count),
  };
}
