/** What a ring on the page needs: it is drawn while it is in sight, and only then. */
type RingPlay = {
  /** Draws the picture of a time, in milliseconds since the play began. */
  readonly draw: (tMs: number) => void;
  /** Drawn no more often than this. */
  readonly everyMs: number;
  /** The moment to show to people who want no motion. */
  readonly stillMs: () => number;
};

type Playing = RingPlay & {
  readonly startedAt: number;
  drawnAt: number;
  isInSight: boolean;
};

const playing = new Map<Element, Playing>();
let asked: number | undefined;
let sight: IntersectionObserver | undefined;
let calm: MediaQueryList | undefined;

/** Plays on a canvas until the returned function is called. One loop turns all rings. */
export function play(canvas: HTMLCanvasElement, ring: RingPlay): () => void {
  sight ??= new IntersectionObserver(onSight);
  calm ??= calmMedia();
  playing.set(canvas, {
    ...ring,
    startedAt: performance.now(),
    drawnAt: Number.NEGATIVE_INFINITY,
    isInSight: false,
  });
  // Seen or not, it is never an empty place: paper has no observer.
  ring.draw(calm.matches ? ring.stillMs() : 0);
  sight.observe(canvas);
  return () => {
    playing.delete(canvas);
    sight?.unobserve(canvas);
  };
}

function calmMedia(): MediaQueryList {
  const media = matchMedia("(prefers-reduced-motion: reduce)");
  media.addEventListener("change", () => {
    for (const ring of playing.values()) if (ring.isInSight) drawStill(ring);
    wake();
  });
  return media;
}

function onSight(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    const ring = playing.get(target);
    if (!ring) continue;
    ring.isInSight = isIntersecting;
    if (isIntersecting) drawStill(ring);
  }
  wake();
}

/** The browser itself stops asking for frames while the page is hidden. */
function wake(): void {
  const isNeeded = !calm?.matches && [...playing.values()].some(({ isInSight }) => isInSight);
  if (isNeeded && asked === undefined) asked = requestAnimationFrame(turn);
}

function turn(now: number): void {
  asked = undefined;
  if (calm?.matches) return;
  for (const ring of playing.values()) {
    if (!ring.isInSight || now - ring.drawnAt < ring.everyMs) continue;
    ring.drawnAt = now;
    ring.draw(Math.max(0, now - ring.startedAt));
  }
  wake();
}

function drawStill(ring: Playing): void {
  if (calm?.matches) ring.draw(ring.stillMs());
}
