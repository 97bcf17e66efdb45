import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import type { Answer, Ask, Routes } from "./route.ts";

/** The model of an agent that speaks `amo_v4`, at the address that it was told on `i/amo_v4/m`. */
export const modelRoutes: Routes = {
  "GET /api/assetmodeler/v4/models/:key": {
    permission: "public",
    summary: "An agent's model, by the address that it was given an hour ago at most",
    handle: giveModel,
  },
};

async function giveModel(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const model = await house.modelLinks?.read(ask.params["key"] ?? "");
  if (!model) return failure(problem("model_unknown", "this address is too old, or was never one"));
  return success({ status: 200, body: model, headers: { "cache-control": "no-store" } });
}
