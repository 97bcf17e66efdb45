import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Reply, RouteName, RouteQuery } from "../src/api/contract.ts";
import { call, type PartsOf, type ProblemError } from "./api.ts";

/** A list that comes in pages. */
type PagedRoute = Extract<
  RouteName,
  | "GET /agents"
  | "GET /broker/clients"
  | "GET /broker/sessions"
  | "GET /broker/subscriptions"
  | "GET /assets"
  | "GET /points"
  | "GET /devices"
  | "GET /inbox"
  | "GET /rejected"
  | "GET /journal"
>;
type Row<R extends PagedRoute> = Reply<R> extends { items: (infer T)[] } ? T : never;
type Page<R extends PagedRoute> = {
  readonly items: readonly Row<R>[];
  readonly next: string | null;
  /** Rows of all pages; a list that is never whole does not count them. */
  readonly total?: number;
};

export type Pages<R extends PagedRoute> = {
  /** All rows of the pages so far; undefined until the first has come. */
  readonly rows: readonly Row<R>[] | undefined;
  /** Rows that there are, read or not. */
  readonly total: number;
  readonly problem: ProblemError | null;
  /** Asks for the next page; undefined where there is none. */
  readonly more: (() => void) | undefined;
  readonly isAsking: boolean;
  /** True: what was found before, while something else is looked for. */
  readonly isOld: boolean;
  readonly again: () => void;
};

type PagesChoice = {
  readonly limit: number;
  readonly every?: number;
  /** Reads on by itself until it has so many rows; the rest waits for a person. */
  readonly upTo?: number;
  /** False: do not ask yet. */
  readonly when?: boolean;
};

export function usePages<R extends PagedRoute>(
  route: R,
  query: Omit<RouteQuery<R>, "limit" | "after">,
  { limit, every, upTo = 0, when = true }: PagesChoice,
): Pages<R> {
  const pages = useInfiniteQuery<Page<R>, ProblemError, Told<R>, unknown[], string>({
    queryKey: [route, "pages", query, limit],
    enabled: when,
    queryFn: ({ pageParam }) => {
      const after = pageParam === "" ? {} : { after: pageParam };
      const parts = [{ query: { ...query, limit, ...after } }] as unknown as PartsOf<R>;
      return call(route, ...parts) as Promise<Page<R>>;
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    select: toldBy,
    placeholderData: keepPreviousData,
    // Who has read far down a list asks for all of it again: less often, then.
    refetchInterval: ({ state }) =>
      every === undefined ? false : every * Math.max(1, state.data?.pages.length ?? 1),
  });
  const { hasNextPage, isFetching, fetchNextPage } = pages;
  const rows = pages.data?.rows;
  const readsOn = hasNextPage && !isFetching && (rows?.length ?? 0) < upTo;
  useEffect(() => {
    if (readsOn) void fetchNextPage();
  }, [readsOn, fetchNextPage]);
  return {
    rows,
    total: pages.data?.total ?? 0,
    problem: pages.error,
    more: hasNextPage ? () => void fetchNextPage() : undefined,
    isAsking: pages.isFetchingNextPage,
    isOld: pages.isPlaceholderData,
    again: () => void pages.refetch(),
  };
}

type Told<R extends PagedRoute> = { readonly rows: readonly Row<R>[]; readonly total: number };

function toldBy<R extends PagedRoute>({ pages }: { pages: Page<R>[] }): Told<R> {
  const rows = pages.flatMap(({ items }) => items);
  return { rows, total: pages.at(-1)?.total ?? rows.length };
}
