import { useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import type { Reply } from "../../src/api/contract.ts";
import { call, type ProblemError } from "../api.ts";
import { formatCount, formatTime } from "../format.ts";
import { State } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";

/** Reads the whole journal on the server, so it is asked by a person and not by a timer. */
export function VerifyChain() {
  const { data, error, isFetching, refetch, dataUpdatedAt } = useQuery<
    Reply<"GET /journal/verify">,
    ProblemError
  >({
    queryKey: ["GET /journal/verify"],
    queryFn: () => call("GET /journal/verify"),
    enabled: false,
  });
  return (
    <>
      <span role="status" className="num journal-chain">
        {error && <State kind="wrong">{error.message}</State>}
        {data && !error && (
          <State kind={data.brokenAt === null ? "on" : "wrong"}>
            {verdict(data, dataUpdatedAt)}
          </State>
        )}
      </span>
      <Button icon={Link2} busy={isFetching} onClick={() => void refetch()}>
        Verify the chain
      </Button>
    </>
  );
}

function verdict({ events, brokenAt }: Reply<"GET /journal/verify">, at: number): string {
  return brokenAt === null
    ? `${formatCount(events, "event")}, the chain is whole (${formatTime(at)})`
    : `Broken at event ${brokenAt}: it or one before it was changed`;
}
