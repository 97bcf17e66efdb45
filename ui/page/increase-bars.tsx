import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import { call, type ProblemError } from "../api.ts";
import { formatDateTime, formatName, formatSpan } from "../format.ts";
import { formatRegister } from "../meter.ts";
import { Bars } from "../part/bars.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { Figure } from "../part/figure.tsx";
import { edgesOf, type View } from "../trend-view.ts";
import { stepFor } from "../trend-window.ts";
import { live } from "../use-live.ts";
import "./increase-bars.css";

type IncreaseBarsProps = {
  readonly point: PointReply;
  readonly view: View;
};

/** Bars, not a line: as many as one can still tell apart. */
const BARS_MAX = 30;

/** What a register grew by, bar by bar: the register itself is only a line that climbs. */
export function IncreaseBars({ point, view }: IncreaseBarsProps) {
  const { spanMs } = view;
  const everyMs = stepFor(spanMs, BARS_MAX);
  const [picked, setPicked] = useState<number | null>(null);
  const { data, error } = useIncreases(point.id, view, everyMs);
  const values = data?.values ?? [];
  const from = data?.from ?? 0;
  const whole = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const { variable } = point;
  const name = formatName(variable.name);
  const isPicked = picked !== null && values[picked] !== undefined;
  return (
    <figure className="increase">
      <figcaption className="trend-legend num">
        <span className="trend-pen">
          <i className="increase-pen" />
          {`${name}, per ${formatSpan(everyMs)}`}
          <Figure {...formatRegister(isPicked ? (values[picked] ?? null) : whole, variable)} />
        </span>
        <span className="hint">
          {isPicked ? formatDateTime(from + picked * everyMs) : `in ${formatSpan(spanMs)}`}
        </span>
      </figcaption>
      <ProblemNote problem={error} />
      <Bars
        label={`Increase of ${name}`}
        format={(value) => scaleText(value, variable)}
        values={values}
        from={from}
        everyMs={everyMs}
        onPoint={setPicked}
      />
    </figure>
  );
}

function scaleText(value: number, variable: PointReply["variable"]): string {
  const { text, unit } = formatRegister(value, variable);
  return `${text.replace(/\.0+$/, "")} ${unit}`.trim();
}

function useIncreases(id: string, view: View, everyMs: number) {
  return useQuery<{ from: number; values: readonly (number | null)[] }, ProblemError>({
    queryKey: ["GET /history/aggregate", "bars", id, view],
    refetchInterval: view.from === null && Math.max(15_000, everyMs / 4),
    queryFn: async () => {
      const edges = edgesOf(view, live.now());
      const to = Math.ceil(edges.to / everyMs) * everyMs;
      const from = Math.floor(edges.from / everyMs) * everyMs + (view.from === null ? everyMs : 0);
      const reply = await call("GET /history/aggregate", {
        query: {
          points: id,
          from,
          to,
          every: everyMs,
          fns: "increase",
        },
      });
      return { from, values: reply.items[0]?.columns.increase ?? [] };
    },
  });
}
