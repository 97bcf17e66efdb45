/** What another thread reads of a generation that is frozen (generation.ts): its very memory. */
export type SharedGeneration = {
  readonly count: number;
  readonly sequence: number;
  readonly flushedBelow: number;
  readonly numbers: Float64Array;
  readonly before: Int32Array;
  readonly next: Uint32Array;
  readonly blocksOf: Uint32Array;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly texts: string[];
};
