import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Gives back what a burst of work has left behind. V8 by itself waits until its heap has doubled,
 * and the machine of a small plant has other uses for that memory. Takes some 15 ms: not for paths
 * that somebody waits on.
 */
export function releaseMemory(): void {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
}

/**
 * From now on V8 collects early instead of letting its young generation grow, and compiles for
 * size: about 35 MB less in a process that has just loaded a house. What a heap has already it
 * keeps, so it is the first thing a program does. Threads that start later compile what is hot by
 * themselves: elsewhere that leaves some MB behind in each of four other threads.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--no-concurrent-recompilation");
}

/** How much of others V8 copies into a function, in bytes of its code; by itself it takes 920. */
const COPIED_BYTES = { small: 300, smallest: 60 } as const;

/**
 * From now on V8 copies less of one function into another when it compiles what is hot: a third of
 * its own measure. Of the first seconds of a busy process a quarter of the processor goes into
 * compiling, most of it into functions that have become very large that way. The smallest pieces
 * run a little slower, and what compiles them leaves some MB less behind. It holds for all threads,
 * and for what is compiled from then on.
 */
export function compileInPieces(size: keyof typeof COPIED_BYTES): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${COPIED_BYTES[size]}`);
}

/**
 * From now on everything begins among the young. V8 has hot code put what outlived some collections
 * straight among the old: of a server that was slow for a moment that is each message from then on,
 * with the bytes that it points to, and the whole heap is collected a hundred times as often. It
 * holds for all threads, and for what is compiled from then on.
 */
export function letAllBeginYoung(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
}
