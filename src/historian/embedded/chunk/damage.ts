/** The bytes of a chunk are not those that were written. */
export class DamagedChunkError extends Error {
  override readonly name = "DamagedChunkError";
}
