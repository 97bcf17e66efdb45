import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import type { RouteName } from "../src/api/contract.ts";
import type { LiveEvent } from "./live.ts";
import { useLiveEvents } from "./use-live.ts";

/** A hundred devices that come at once are one question, not a hundred. */
const GATHER_MS = 400;

/** Asks the named routes again when something happens that they tell of. */
export function useRefetchOn(
  isMeant: (event: LiveEvent) => boolean,
  routes: readonly RouteName[],
): void {
  const client = useQueryClient();
  const newest = useRef({ isMeant, routes });
  newest.current = { isMeant, routes };
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useLiveEvents(
    useCallback(
      (event: LiveEvent) => {
        if (timer.current !== undefined || !newest.current.isMeant(event)) return;
        timer.current = window.setTimeout(() => {
          timer.current = undefined;
          for (const route of newest.current.routes)
            void client.invalidateQueries({ queryKey: [route] });
        }, GATHER_MS);
      },
      [client],
    ),
  );
}
