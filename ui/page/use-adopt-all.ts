import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { DeviceReply, RouteName } from "../../src/api/contract.ts";
import type { Adopted } from "../adoption.ts";
import { call, ProblemError } from "../api.ts";

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

/** One after the other, as proposed; the first that fails ends it. */
export function useAdoptAll(onAdopted: (adopted: Adopted) => void) {
  const client = useQueryClient();
  const [done, setDone] = useState(0);
  const [isAdopting, setAdopting] = useState(false);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const adoptAll = async (devices: readonly DeviceReply[]) => {
    setAdopting(true);
    setProblem(null);
    setDone(0);
    try {
      for (const [at, { id, name }] of devices.entries()) {
        const { assetId } = await call("POST /inbox/:id/adopt", { params: { id }, body: {} });
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
  return {
    adoptAll: (devices: readonly DeviceReply[]) => void adoptAll(devices),
    done,
    isAdopting,
    problem,
  };
}
