import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import { call, type ProblemError } from "../api.ts";
import { type BarCut, barCut, barEdges, barLabel, barName, barStarts, sumOf } from "../bar-cut.ts";
import { formatCount, formatName, formatSpan } from "../format.ts";
import { formatRegister } from "../meter.ts";
import { Bars } from "../part/bars.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { Figure } from "../part/figure.tsx";
import { edgesOf, type View } from "../trend-view.ts";
import { live } from "../use-live.ts";
import "./increase-bars.css";

type IncreaseBarsProps = {
  readonly point: PointReply;
  readonly view: View;
};

/** What a register grew by, bar by bar: the register itself is only a line that climbs. */
export function IncreaseBars({ point, view }: IncreaseBarsProps) {
  const cut = barCut(view.spanMs);
  const [picked, setPicked] = useState<number | null>(null);
  const { data = NOTHING, error } = useIncreases(point.id, view, cut);
  const { starts, values } = data;
  const { variable } = point;
  const name = formatName(variable.name);
  const isPicked = picked !== null && values[picked] !== undefined;
  const shown = isPicked ? (values[picked] ?? null) : sumOf(values);
  const about = isPicked ? barName(cut, starts[picked]) : wholeWords(cut, values);
  return (
    <figure className="increase">
      <figcaption className="trend-legend num">
        <span className="trend-pen">
          <i className="increase-pen" />
          {`${name}, per ${"everyMs" in cut ? formatSpan(cut.everyMs) : cut.calendar}`}
          <Figure {...formatRegister(shown, variable)} />
        </span>
        <span className="hint">{about}</span>
      </figcaption>
      <ProblemNote problem={error} />
      <Bars
        label={`Increase of ${name}`}
        words={`${spokenAmount(shown, variable)}, ${about}`}
        format={(value) => scaleText(value, variable)}
        values={values}
        names={starts.map((at) => barLabel(cut, at))}
        picked={isPicked ? picked : null}
        onPick={setPicked}
      />
    </figure>
  );
}

/** `12.4 kWh`, for ears. */
function spokenAmount(value: number | null, variable: PointReply["variable"]): string {
  const { text, unit } = formatRegister(value, variable);
  return value === null ? "not known" : `${text} ${unit}`.trim();
}

/** What the sum is of, and what is missing in it. */
function wholeWords(cut: BarCut, values: readonly (number | null)[]): string {
  const bars = values.length;
  if (bars === 0) return "";
  const whole = "everyMs" in cut ? formatSpan(bars * cut.everyMs) : formatCount(bars, cut.calendar);
  const unknown = values.filter((value) => value === null).length;
  if (unknown === bars) return `nothing known in ${whole}`;
  return unknown === 0 ? `in ${whole}` : `in ${whole}, ${unknown} of ${bars} bars not known`;
}

function scaleText(value: number, variable: PointReply["variable"]): string {
  const { text, unit } = formatRegister(value, variable);
  return `${text.replace(/\.0+$/, "")} ${unit}`.trim();
}

type Increases = {
  readonly starts: readonly number[];
  readonly values: readonly (number | null)[];
};

const NOTHING: Increases = { starts: [], values: [] };
const DAY_BARS_AGAIN_MS = 300_000;

function useIncreases(id: string, view: View, cut: BarCut) {
  const isLive = view.from === null;
  const againMs = "everyMs" in cut ? Math.max(15_000, cut.everyMs / 4) : DAY_BARS_AGAIN_MS;
  return useQuery<Increases, ProblemError>({
    queryKey: ["GET /history/aggregate", "bars", id, view],
    refetchInterval: isLive && againMs,
    queryFn: async () => {
      const edges = barEdges(cut, edgesOf(view, live.now()), isLive);
      const by =
        "everyMs" in cut
          ? { every: cut.everyMs }
          : { calendar: cut.calendar, tz: Intl.DateTimeFormat().resolvedOptions().timeZone };
      const query = { points: id, ...edges, ...by, fns: "increase" };
      const { at, items } = await call("GET /history/aggregate", { query });
      const values = items[0]?.columns.increase ?? [];
      const starts =
        "everyMs" in cut
          ? barStarts(cut.everyMs, edges)
          : (at ?? []).map((time) => Date.parse(time));
      return { starts, values };
    },
  });
}
