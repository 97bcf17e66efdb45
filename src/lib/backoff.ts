type Backoff = { readonly firstMs: number; readonly longestMs: number };

/**
 * How long to wait before try number `tries`, from 0: doubling up to a bound, and somewhere between
 * half of that and all of it, so that many who lost the same peer do not come back as one.
 */
export function backoff({ firstMs, longestMs }: Backoff, tries: number, chance: number): number {
  const wholeMs = Math.min(longestMs, firstMs * 2 ** Math.min(tries, 30));
  return wholeMs / 2 + (wholeMs / 2) * chance;
}
