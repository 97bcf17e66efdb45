import { useMemo, useState } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import type { Value } from "../../src/domain/reading.ts";
import { formatName } from "../format.ts";
import { bitsIn } from "../health.ts";
import { Age } from "../part/age.tsx";
import { Card } from "../part/card.tsx";
import { useReply } from "../query.ts";
import { usePoint, useStale } from "../use-live.ts";

/** A bit mask as people read it: each bit a name and a shape, the highest bit first. */
export function DeviceHealth({ point }: { readonly point: PointReply }) {
  const newest = usePoint(point);
  const isStale = useStale(newest?.at, point.variable.freshnessMs);
  const before = useMasksBefore(point.id);
  const bits = bitsIn(newest?.value ?? null, point.variable.bits ?? [], before);
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
            <i aria-hidden>{SIGNS[is]}</i>
            <span>
              {formatName(name)}
              {is === "unfitted" && <span className="hint"> not fitted?</span>}
            </span>
            <span className="spoken">{BIT_WORDS[is]}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const SIGNS = { working: "", fault: "?", unfitted: "–", unknown: "–" } as const;

/** Masks that are looked through for one in which a sensor worked. */
const MASKS = 1_000;
const NO_MASKS: readonly Value[] = [];

function useMasksBefore(id: string): readonly Value[] {
  const [to] = useState(() => Date.now());
  const query = { from: 0, to, limit: MASKS, order: "desc" as const };
  const history = useReply("GET /points/:id/history", { params: { id }, query });
  const values = history.data?.value;
  return useMemo(() => values?.filter((value) => value !== null) ?? NO_MASKS, [values]);
}

const BIT_WORDS = {
  working: "works",
  unfitted: "never worked: not fitted, or faulty from the start",
  fault: "missing or faulty",
  unknown: "not told yet",
} as const;
