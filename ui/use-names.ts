import { useMemo } from "react";
import { useReply } from "./query.ts";
import { useMay } from "./session.ts";

/** What ids in the journal stand for now; ids of what is gone stay ids. */
export type Names = ReadonlyMap<string, string>;

const ROWS = 1_000;
const STALE = { every: 60_000 };

/** `device:<id>`, `asset:<id>`, `point:<id>`, `agent:<id>` and the rest, as people call them. */
export function useNames(): Names {
  const mayEngineer = useMay("engineer");
  const devices = useReply("GET /devices", { query: { limit: ROWS } }, STALE);
  const assets = useReply("GET /assets", { query: { limit: ROWS } }, STALE);
  const agents = useReply(
    "GET /agents",
    { query: { limit: ROWS } },
    { ...STALE, when: mayEngineer },
  );
  return useMemo(
    () =>
      new Map([
        ...(devices.data?.items ?? []).map(({ id, name }) => [`device:${id}`, name] as const),
        ...(assets.data?.items ?? []).map(({ id, name }) => [`asset:${id}`, name] as const),
        ...(agents.data?.items ?? []).map(({ id, name }) => [`agent:${id}`, name] as const),
      ]),
    [devices.data, assets.data, agents.data],
  );
}
