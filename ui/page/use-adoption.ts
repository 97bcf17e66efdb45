import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { RouteName } from "../../src/api/contract.ts";
import type { Adopted, AdoptionBody } from "../adoption.ts";
import { call, ProblemError } from "../api.ts";

type AdoptionWish = {
  readonly deviceId: string;
  readonly name: string;
  readonly body: AdoptionBody;
};

/** What is another answer once a device has been adopted. */
export const ADOPTION_CHANGES: readonly RouteName[] = [
  "GET /inbox",
  "GET /assets",
  "GET /assets/:id",
  "GET /devices",
  "GET /devices/:id",
  "GET /points",
  "GET /overview",
];

/**
 * One device after the other; the first that fails ends it. Not `useAsk`: a card leaves the page
 * with its device, and what was adopted must still be told.
 */
export function useAdoption(onAdopted: (adopted: Adopted) => void) {
  const client = useQueryClient();
  const [done, setDone] = useState(0);
  const [isAdopting, setAdopting] = useState(false);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const adoptEach = async (wishes: readonly AdoptionWish[]) => {
    setAdopting(true);
    setProblem(null);
    setDone(0);
    try {
      for (const [at, { deviceId, name, body }] of wishes.entries()) {
        const { assetId } = await call("POST /inbox/:id/adopt", { params: { id: deviceId }, body });
        onAdopted({ name, assetId });
        setDone(at + 1);
      }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
    } finally {
      setAdopting(false);
      for (const route of ADOPTION_CHANGES) void client.invalidateQueries({ queryKey: [route] });
    }
  };
  const adopt = (wishes: readonly AdoptionWish[]) => void adoptEach(wishes);
  return { adopt, done, isAdopting, problem };
}
