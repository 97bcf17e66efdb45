import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { Reply, RouteName } from "../src/api/contract.ts";
import { call, type Parts, type PartsOf, ProblemError } from "./api.ts";

type Choice = {
  /** Ask again this often, in milliseconds: for lists that change without a live feed. */
  readonly every?: number;
  /** False: do not ask yet. */
  readonly when?: boolean;
  /** True: the last answer stays until the next has come. */
  readonly keep?: boolean;
};

/** Asks one route and keeps the answer: `useReply("GET /assets/:id", { params: { id } })`. */
export function useReply<R extends RouteName>(
  route: R,
  parts: Parts<R>,
  choice: Choice = {},
): UseQueryResult<Reply<R>, ProblemError> {
  return useQuery<Reply<R>, ProblemError>({
    ...asking(route, parts),
    refetchInterval: choice.every ?? false,
    enabled: choice.when ?? true,
    ...(choice.keep ? { placeholderData: keepPreviousData } : {}),
  });
}

/** What `useReply` asks, for a loader or for several at once. */
export function asking<R extends RouteName>(route: R, parts: Parts<R>) {
  return {
    queryKey: [route, parts] as const,
    queryFn: () => call(route, ...([parts] as PartsOf<R>)),
  };
}

/**
 * Changes something, then asks the named routes again:
 * `const adopt = useAsk("POST /inbox/:id/adopt", ["GET /inbox", "GET /assets"])`.
 */
export function useAsk<R extends RouteName>(
  route: R,
  changes: readonly RouteName[],
  /** Runs even where the part that asked has left the page by then, as `mutate`'s own does not. */
  onDone?: (parts: Parts<R>) => void,
): UseMutationResult<Reply<R>, ProblemError, Parts<R>> {
  const client = useQueryClient();
  return useMutation<Reply<R>, ProblemError, Parts<R>>({
    mutationFn: (parts) => call(route, ...([parts] as PartsOf<R>)),
    onSuccess: (_, parts) => {
      onDone?.(parts);
      return Promise.all(
        changes.map((changed) => client.invalidateQueries({ queryKey: [changed] })),
      );
    },
  });
}

/** `onSignedOut` hears of it when the server no longer knows who asks. */
export function newQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof ProblemError && error.code === "sign_in_needed") onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // What the server refuses once it refuses again; what did not reach it may be tried.
        retry: (times, error) =>
          times < 3 && error instanceof ProblemError && [0, 502, 503].includes(error.status),
        // A plant's screens work on a network without internet: the browser's guess is no help.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}
