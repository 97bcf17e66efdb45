import { useInfiniteQuery } from "@tanstack/react-query";
import type { Reply, RouteName, RouteQuery } from "../src/api/contract.ts";
import { call, type PartsOf, type ProblemError } from "./api.ts";

/** A list that comes in pages. */
type PagedRoute = Extract<RouteName, "GET /devices" | "GET /rejected" | "GET /journal">;
type Row<R extends PagedRoute> = Reply<R> extends { items: (infer T)[] } ? T : never;
type Page<R extends PagedRoute> = {
  readonly items: readonly Row<R>[];
  readonly next: string | null;
};

export type Pages<R extends PagedRoute> = {
  /** All rows of the pages so far; undefined until the first has come. */
  readonly rows: readonly Row<R>[] | undefined;
  readonly problem: ProblemError | null;
  /** Asks for the next page; undefined where there is none. */
  readonly more: (() => void) | undefined;
  readonly isAsking: boolean;
  readonly again: () => void;
};

type PagesChoice = { readonly limit: number; readonly every?: number };

export function usePages<R extends PagedRoute>(
  route: R,
  query: Omit<RouteQuery<R>, "limit" | "after">,
  { limit, every }: PagesChoice,
): Pages<R> {
  const pages = useInfiniteQuery<Page<R>, ProblemError, readonly Row<R>[], unknown[], string>({
    queryKey: [route, "pages", query, limit],
    queryFn: ({ pageParam }) => {
      const after = pageParam === "" ? {} : { after: pageParam };
      const parts = [{ query: { ...query, limit, ...after } }] as unknown as PartsOf<R>;
      return call(route, ...parts) as Promise<Page<R>>;
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    select: (data) => data.pages.flatMap(({ items }) => items),
    // Who has read far down a list asks for all of it again: less often, then.
    refetchInterval: ({ state }) =>
      every === undefined ? false : every * Math.max(1, state.data?.pages.length ?? 1),
  });
  return {
    rows: pages.data,
    problem: pages.error,
    more: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined,
    isAsking: pages.isFetchingNextPage,
    again: () => void pages.refetch(),
  };
}
