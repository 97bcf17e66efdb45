import { LIMIT } from "../domain/limit.ts";

/** An open live feed or stream, and whose it is. */
type OpenViewer = {
  readonly actorId: string;
  /** Ends it, saying why. */
  readonly end: (why: "lost" | "closing") => void;
};

/** Everybody who looks right now: closed when their rights end, and when the house does. */
export class Viewers {
  readonly #open = new Set<OpenViewer>();

  get isFull(): boolean {
    return this.#open.size >= LIMIT.liveViewers;
  }

  /** Gives what takes the viewer off the list again. */
  add(viewer: OpenViewer): () => void {
    this.#open.add(viewer);
    return () => void this.#open.delete(viewer);
  }

  lost(actorId: string): void {
    for (const viewer of [...this.#open]) if (viewer.actorId === actorId) viewer.end("lost");
  }

  close(): void {
    for (const viewer of [...this.#open]) viewer.end("closing");
  }
}
