/**
 * Chance without memory: the same question gets the same answer, so that a picture can be drawn
 * for any moment without having drawn those before it.
 */
type Draw = (epoch: number, index: number) => number;

/** Draws from 0 up to but not including 1; `purpose` keeps the questions of one effect apart. */
export function draws(seed: number, purpose: number): Draw {
  const start = mixed(Math.imul(seed, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca77));
  return (epoch, index) =>
    mixed(mixed(start ^ Math.imul(epoch, 0xc2b2ae3d)) ^ Math.imul(index + 1, 0x27d4eb2f)) /
    4294967296;
}

/** Draw after draw, the same again for the same seed: for tests that break things at random. */
export function chances(seed: number): () => number {
  const draw = draws(seed, 0);
  let epoch = 0;
  return () => {
    epoch += 1;
    return draw(epoch, 0);
  };
}

/** Each LED's place in a random order, drawn anew for each epoch. */
export function ranks(draw: Draw, epoch: number, count: number): Uint16Array {
  const order = new Uint16Array(count);
  for (let index = 0; index < count; index += 1) order[index] = index;
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(draw(epoch, last) * (last + 1));
    const swapped = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = swapped;
  }
  return order;
}

/** How far back `lastDrawn` looks; with a chance of 1/6 it gives up once in 1,500 times. */
const EPOCHS_BACK = 40;

/** The newest epoch up to `epoch` in which this index was drawn with the given chance. */
export function lastDrawn(draw: Draw, chance: number, epoch: number, index: number): number {
  let back = 0;
  while (back < EPOCHS_BACK && draw(epoch - back, index) >= chance) back += 1;
  return epoch - back;
}

/** Smooth noise from 0 to 1 over the plane, with one random value at each whole coordinate. */
export function noise(draw: Draw, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const across = eased(x - left);
  const above = draw(left, top) * (1 - across) + draw(left + 1, top) * across;
  const below = draw(left, top + 1) * (1 - across) + draw(left + 1, top + 1) * across;
  const between = above + (below - above) * eased(y - top);
  // Interpolation crowds the middle: spread it over the whole scale again.
  return Math.min(Math.max((between - 0.5) * 1.6 + 0.5, 0), 1);
}

function eased(x: number): number {
  return x * x * (3 - 2 * x);
}

/** A full 32-bit avalanche: each bit of the question changes half the bits of the answer. */
function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
