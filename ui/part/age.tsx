import { formatAge, formatDateTime, NO_VALUE } from "../format.ts";
import { useByTime } from "../use-live.ts";

type AgeProps = {
  /** ISO 8601 or epoch milliseconds; null: never. */
  readonly at: string | number | null;
  readonly never?: string;
};

/** How long ago, by the server's clock, and when exactly on asking. */
export function Age({ at, never = NO_VALUE }: AgeProps) {
  const ms = at === null ? Number.NaN : new Date(at).getTime();
  const text = useByTime((now) => formatAge(Math.max(0, now - ms)));
  if (at === null || Number.isNaN(ms)) return <span className="hint">{never}</span>;
  return (
    <time className="num" dateTime={new Date(ms).toISOString()} title={formatDateTime(ms)}>
      {text}
    </time>
  );
}
