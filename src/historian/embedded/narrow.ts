import type { ByteReader, ByteWriter } from "./bytes.ts";

/*
 * A few numbers of one kind, all as wide as the widest of them needs. Lowest byte first.
 *
 *  bytes
 *     1  form
 *        0     whole numbers of 16 bits
 *        1-5   whole numbers of 32 bits, of both signs, divided by 1, 10, 100, 1,000 or 10,000
 *        6     32-bit floats
 *        7     doubles
 *        the numbers
 *
 * The first form that brings all of them back bit by bit; but NaN is NaN.
 */
type Form = {
  readonly bytes: number;
  put(view: DataView, at: number, number: number): void;
  get(view: DataView, at: number): number;
};

const DOUBLES: Form = {
  bytes: 8,
  put: (view, at, number) => view.setFloat64(at, number, true),
  get: (view, at) => view.getFloat64(at, true),
};

const FORMS: readonly Form[] = [
  {
    bytes: 2,
    put: (view, at, number) => view.setUint16(at, number, true),
    get: (view, at) => view.getUint16(at, true),
  },
  ...[1, 10, 100, 1_000, 10_000].map((power) => ({
    bytes: 4,
    put: (view: DataView, at: number, number: number) =>
      view.setInt32(at, Math.round(number * power), true),
    get: (view: DataView, at: number) => view.getInt32(at, true) / power,
  })),
  {
    bytes: 4,
    put: (view, at, number) => view.setFloat32(at, number, true),
    get: (view, at) => view.getFloat32(at, true),
  },
  DOUBLES,
];

export function writeNarrow(
  out: ByteWriter,
  numbers: Float64Array,
  from: number,
  to: number,
): void {
  out.reserve(1 + (to - from) * 8);
  let form = 0;
  while (!tries(out, FORMS[form] ?? DOUBLES, numbers, { from, to })) form += 1;
  out.byte(form);
  out.length += (to - from) * (FORMS[form] ?? DOUBLES).bytes;
}

type Span = { readonly from: number; readonly to: number };

/** Whether each is what it was when it is read again. */
function tries(out: ByteWriter, form: Form, numbers: Float64Array, { from, to }: Span): boolean {
  const { view } = out;
  let at = out.length + 1;
  for (let row = from; row < to; row += 1) {
    const number = numbers[row] ?? 0;
    form.put(view, at, number);
    if (!Object.is(form.get(view, at), number)) return false;
    at += form.bytes;
  }
  return true;
}

/** A long span has very many heads: what is most often there has a loop of its own. */
export function readNarrow(body: ByteReader, into: Float64Array, from: number, to: number): void {
  const form = FORMS[body.byte()];
  if (!form) throw new Error("numbers of a form that is not known");
  const { view, at } = body;
  if (form.bytes === 8) {
    for (let row = from, byte = at; row < to; row += 1, byte += 8) {
      into[row] = view.getFloat64(byte, true);
    }
  } else if (form.bytes === 2) {
    for (let row = from, byte = at; row < to; row += 1, byte += 2) {
      into[row] = view.getUint16(byte, true);
    }
  } else {
    for (let row = from, byte = at; row < to; row += 1, byte += 4) {
      into[row] = form.get(view, byte);
    }
  }
  body.at = at + form.bytes * (to - from);
}
