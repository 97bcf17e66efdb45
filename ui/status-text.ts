/** By its upper half, what a status word of OPC UA says (Part 4, 7.39, and Part 8). */
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [0x8005, "communication error"],
  [0x800a, "timeout"],
  [0x8031, "no communication"],
  [0x8032, "waiting for the first value"],
  [0x803c, "out of range"],
  [0x8089, "configuration error"],
  [0x808a, "not connected"],
  [0x808b, "device failure"],
  [0x808c, "sensor failure"],
  [0x808d, "out of service"],
  [0x809b, "no data"],
  [0x408f, "no communication, the last usable value"],
  [0x4090, "the last usable value"],
  [0x4091, "a substitute value"],
  [0x4092, "an initial value"],
  [0x4093, "the sensor is not accurate"],
  [0x4094, "engineering units exceeded"],
  [0x4095, "sub-normal"],
  [0x002e, "will be done asynchronously"],
  [0x002f, "overload: sampling has slowed down"],
  [0x0030, "clamped"],
  [0x0096, "overridden on site"],
  [0x00ba, "results may be incomplete"],
]);

/** `no communication (0x80310000)`; the bits alone where nobody has named them. */
export function statusText(word: number): string {
  const bits = word >>> 0;
  const hex = `0x${bits.toString(16).toUpperCase().padStart(8, "0")}`;
  const meaning = MEANINGS.get(bits >>> 16);
  return meaning === undefined ? `status word ${hex}` : `${meaning} (${hex})`;
}
