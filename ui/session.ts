import { useSuspenseQuery } from "@tanstack/react-query";
import type { Reply } from "../src/api/contract.ts";
import { mayDo, type Permission } from "../src/domain/permission.ts";
import { asking } from "./query.ts";

export type Me = Reply<"GET /session">;

/** The frame's loader has asked this before any page below it is drawn. */
export const sessionQuery = { ...asking("GET /session", {}), staleTime: 60_000 };

/** Who is signed in. Only below the frame. */
export function useMe(): Me {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether to offer something; the server decides again. */
export function useMay(permission: Permission): boolean {
  return mayDo(useMe().role, permission);
}
