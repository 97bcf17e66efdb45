import { useQueryClient } from "@tanstack/react-query";
import type { RouteName } from "../src/api/contract.ts";
import { call, type Parts, type PartsOf, ProblemError } from "./api.ts";
import { say } from "./part/toast.tsx";

/**
 * Says what was done, with a way back: `undo("Saved", "PATCH /assets/:id", before, CHANGES)`. For
 * what can be taken back as if it had not been; all else asks first.
 */
export function useUndo() {
  const client = useQueryClient();
  return <R extends RouteName>(
    text: string,
    route: R,
    parts: Parts<R>,
    changes: readonly RouteName[],
  ) => {
    const takeBack = async () => {
      try {
        await call(route, ...([parts] as PartsOf<R>));
        say("Undone");
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        say(`Not undone: ${error.message}`);
      }
      for (const changed of changes) void client.invalidateQueries({ queryKey: [changed] });
    };
    say(text, () => void takeBack());
  };
}
