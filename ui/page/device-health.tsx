import type { PointReply } from "../../src/api/contract.ts";
import { formatName } from "../format.ts";
import { bitsIn } from "../health.ts";
import { Age } from "../part/age.tsx";
import { Card } from "../part/card.tsx";
import { usePoint, useStale } from "../use-live.ts";

/** A bit mask as people read it: each bit a name and a shape, the highest bit first. */
export function DeviceHealth({ point }: { readonly point: PointReply }) {
  const newest = usePoint(point);
  const isStale = useStale(newest?.at, point.variable.freshnessMs);
  const bits = bitsIn(newest?.value ?? null, point.variable.bits ?? []);
  const working = bits.filter(({ is }) => is === "working").length;
  const isKnown = bits.some(({ is }) => is !== "unknown");
  return (
    <Card
      title={formatName(point.variable.name)}
      meta={isKnown ? `${working} of ${bits.length} work` : "not told yet"}
      flush
      actions={
        <>
          <span className="health-legend">missing and faulty look the same to the device</span>
          <Age at={newest?.at ?? null} never="" />
        </>
      }
    >
      <ul className={isStale ? "health stale" : "health"}>
        {bits.map(({ name, is }) => (
          <li key={name} className={`health-bit ${is}`}>
            <i aria-hidden>{is === "working" ? "" : is === "fault" ? "?" : "–"}</i>
            <span>{formatName(name)}</span>
            <span className="spoken">{BIT_WORDS[is]}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const BIT_WORDS = {
  working: "works",
  fault: "missing or faulty",
  unknown: "not told yet",
} as const;
