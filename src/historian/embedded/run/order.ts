/*
 * Puts rows in order of time; what is in order already costs one look.
 */

let order = new Uint32Array(1024);
let other = new Uint32Array(1024);
/** Where each ascending stretch ends. */
let ends = new Uint32Array(1024);

/**
 * The rows in order of time, those of equal time in order of arrival; holds until the next call.
 * What arrives is a few ascending stretches, live samples and backlogs: they are merged pair by
 * pair, which takes a few steps a row however late the samples are.
 */
export function orderOfTime(at: Float64Array, count: number): Uint32Array {
  if (order.length < count) {
    order = new Uint32Array(count * 2);
    other = new Uint32Array(count * 2);
    ends = new Uint32Array(count * 2);
  }
  let stretches = findStretches(at, count);
  while (stretches > 1) stretches = mergePairs(at, stretches);
  return order.subarray(0, count);
}

function findStretches(at: Float64Array, count: number): number {
  let stretches = 0;
  for (let row = 0; row < count; row += 1) {
    order[row] = row;
    if (row + 1 < count && (at[row + 1] ?? 0) >= (at[row] ?? 0)) continue;
    ends[stretches] = row + 1;
    stretches += 1;
  }
  return stretches;
}

function mergePairs(at: Float64Array, stretches: number): number {
  let start = 0;
  let merged = 0;
  for (let pair = 0; pair < stretches; pair += 2) {
    const middle = ends[pair] ?? 0;
    const end = pair + 1 < stretches ? (ends[pair + 1] ?? 0) : middle;
    merge(at, start, middle, end);
    ends[merged] = end;
    merged += 1;
    start = end;
  }
  [order, other] = [other, order];
  return merged;
}

function merge(at: Float64Array, start: number, middle: number, end: number): void {
  let left = start;
  let right = middle;
  for (let place = start; place < end; place += 1) {
    const isLeft =
      right >= end ||
      (left < middle && (at[order[left] ?? 0] ?? 0) <= (at[order[right] ?? 0] ?? 0));
    other[place] = order[isLeft ? left++ : right++] ?? 0;
  }
}
