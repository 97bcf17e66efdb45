import type { Keeping } from "../import/import.ts";
import { success } from "../lib/outcome.ts";
import type { House } from "./house.ts";
import { storeSamples } from "./push.ts";
import { wordsOf } from "./words.ts";

/** What rows of a table need of the other rooms. */
export function keepingOf(house: House): Keeping {
  return {
    past: async (query) => ({
      samples: await house.historian.range(query),
      words: await wordsOf(house, query),
    }),
    statusSeries: house.ingest.statusSeries,
    async keep(samples) {
      const stored = await storeSamples(house, samples);
      if (stored.ok || stored.problem.code !== "sample_too_old") return stored;
      return success({ tooOld: samples.count });
    },
  };
}
