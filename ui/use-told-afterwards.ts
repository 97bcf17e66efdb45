import { useQueries } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call } from "./api.ts";

/** Who moves on does not want to know. */
const REST_MS = 250;
/** Of more samples in one bucket nobody asks which of them came late. */
const SAMPLES_MAX = 1_000;

/** Some points in one bucket of a chart, and how many samples each has in it. */
export type Bucket = {
  readonly points: readonly { readonly id: string; readonly samples: number }[];
  /** Milliseconds since the epoch, half open. */
  readonly from: number;
  readonly to: number;
};

/**
 * Of each point, how many of its samples in the bucket its device kept and told later. Sums do not
 * know that, so the samples are asked for, once somebody rests on the bucket; undefined until then.
 */
export function useToldAfterwards({ points, from, to }: Bucket): readonly (number | undefined)[] {
  const rested = useRested(from);
  return useQueries({
    queries: points.map(({ id, samples }) => ({
      queryKey: ["GET /points/:id/history", "told afterwards", id, from, to, samples],
      enabled: rested && samples > 0 && samples <= SAMPLES_MAX,
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: async () => {
        const query = { from: Math.floor(from), to: Math.ceil(to), limit: SAMPLES_MAX };
        const reply = await call("GET /points/:id/history", { params: { id }, query });
        return reply.toldAfterwards?.filter(Boolean).length ?? 0;
      },
    })),
  }).map(({ data }) => data);
}

function useRested(place: number): boolean {
  const [rested, setRested] = useState<number>();
  useEffect(() => {
    const timer = window.setTimeout(() => setRested(place), REST_MS);
    return () => window.clearTimeout(timer);
  }, [place]);
  return rested === place;
}
