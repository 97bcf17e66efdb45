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

/** Of most displays; a frame that comes a little early is the one that is meant. */
const FRAME_MS = 16;

const playing = new Map<Element, Playing>();
let isAsked = false;
let sight: IntersectionObserver | undefined;
let calm: MediaQueryList | undefined;

/** Plays at a place of the page until the returned function is called. One loop turns all rings. */
export function play(place: Element, ring: RingPlay): () => void {
  sight ??= new IntersectionObserver(onSight);
  calm ??= calmMedia();
  playing.set(place, {
    ...ring,
    startedAt: performance.now(),
    drawnAt: Number.NEGATIVE_INFINITY,
    isInSight: false,
  });
  // Seen or not, it is never an empty place: paper has no observer.
  ring.draw(calm.matches ? ring.stillMs() : 0);
  sight.observe(place);
  return () => {
    playing.delete(place);
    sight?.unobserve(place);
  };
}

function drawStillAgain(): void {
  for (const ring of playing.values()) if (ring.isInSight) drawStill(ring);
}

function calmMedia(): MediaQueryList {
  const media = matchMedia("(prefers-reduced-motion: reduce)");
  media.addEventListener("change", () => {
    drawStillAgain();
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
  const inSight = [...playing.values()].filter(({ isInSight }) => isInSight);
  if (calm?.matches || isAsked || inSight.length === 0) return;
  isAsked = true;
  const dueAt = Math.min(...inSight.map(({ drawnAt, everyMs }) => drawnAt + everyMs));
  // A frame that draws nothing costs the browser as much as one that does.
  const restMs = dueAt - performance.now() - FRAME_MS;
  if (restMs > 0) setTimeout(() => requestAnimationFrame(turn), restMs);
  else requestAnimationFrame(turn);
}

function turn(now: number): void {
  isAsked = false;
  if (calm?.matches) return;
  for (const ring of playing.values()) {
    if (!ring.isInSight || now - ring.drawnAt < ring.everyMs - FRAME_MS / 2) continue;
    ring.drawnAt = now;
    ring.draw(Math.max(0, now - ring.startedAt));
  }
  wake();
}

function drawStill(ring: Playing): void {
  if (calm?.matches) ring.draw(ring.stillMs());
}
