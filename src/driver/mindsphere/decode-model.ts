import type { DeviceAddress } from "../../domain/brand.ts";
import type { Findings } from "../../domain/findings.ts";
import { type Place, type Problem, problem, problemAt } from "../../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { checkModel } from "./model.ts";
import { tenantOf, V4_MODEL } from "./topics.ts";

/** `amo_v3/m`: a model is kept if it is consistent in itself. */
export function decodeModel(
  device: DeviceAddress,
  body: JsonObject,
  findings: Findings,
): Outcome<void, Problem> {
  const request = readRequest(body, "externalId", findings);
  if (!request.ok) return request;
  const { name: externalId, data: model, ...rest } = request.value;
  const places = checkModel(model, tenantOf(device));
  if (places.length > 0) return failure(problemAt("model_invalid", places));
  findings.finding({ kind: "model", device, externalId, model, ...rest });
  return success(undefined);
}

/** `amo_v3/i`: the wish that a kept model become assets. */
export function decodeInstantiation(
  device: DeviceAddress,
  body: JsonObject,
  findings: Findings,
): Outcome<void, Problem> {
  const request = readRequest(body, "modelExternalId", findings);
  if (!request.ok) return request;
  const { name: externalId, requestId, data } = request.value;
  const parent = data["modelParentAssetId"];
  const parentAssetId = typeof parent === "string" && parent !== "" ? parent : null;
  const parameters = readParameters(data["parameterization"], findings);
  if (!parameters.ok) return parameters;
  const wish = { requestId, parentAssetId, parameters: parameters.value };
  findings.finding({ kind: "instantiate", device, externalId, ...wish, ...noteOf(findings) });
  return success(undefined);
}

/**
 * `amo_v4/mi`: a model that is kept and instantiated in one step. It has no name: an agent has one
 * of these, and a later one changes it.
 */
export function decodeWhole(
  device: DeviceAddress,
  body: JsonObject,
  findings: Findings,
): Outcome<void, Problem> {
  const { data: model } = body;
  if (!isJsonObject(model)) return malformed("E_DATA /data: expected an object");
  const requestId = readRequestId(body, findings);
  const places = checkModel(model, tenantOf(device));
  if (places.length > 0) return failure(problemAt("model_invalid", places));
  findings.finding({
    kind: "instantiate",
    ...{ device, requestId, externalId: V4_MODEL, model },
    ...{ parentAssetId: null, parameters: {} },
    ...noteOf(findings),
  });
  return success(undefined);
}

type Request = {
  readonly requestId: string | number;
  readonly data: JsonObject;
  readonly name: string;
  /** What was tolerated: the agent learns of it with the answer. */
  readonly note?: string;
};

/** `{ id, data: { <key>: <the model's name> } }`; the id is the sender's affair and may repeat. */
function readRequest(body: JsonObject, key: string, findings: Findings): Outcome<Request, Problem> {
  const { data } = body;
  if (!isJsonObject(data)) return malformed("E_DATA /data: expected an object");
  const name = data[key];
  if (typeof name !== "string" || name === "") {
    return malformed(`E_NAME /data/${key}: expected the name of the model`);
  }
  const requestId = readRequestId(body, findings);
  return success({ requestId, data, name, ...noteOf(findings) });
}

/** The sender's own, opaque: its answer repeats it. */
export function readRequestId({ id }: JsonObject, findings: Findings): string | number {
  if (typeof id === "string" || typeof id === "number") return id;
  findings.warning("W_ID", "/id: expected an id, so the answer has none");
  return "";
}

function noteOf(findings: Findings): { readonly note?: string } {
  const note = findings.warnings.map(({ detail }) => detail).join("; ");
  return note ? { note } : {};
}

/** `{ values: [{ name, value }] }`; agents without parameters leave out the one or the other. */
function readParameters(
  parameterization: Json | undefined,
  findings: Findings,
): Outcome<Readonly<Record<string, string>>, Problem> {
  if (parameterization === undefined || parameterization === null) return success({});
  if (!isJsonObject(parameterization)) return malformed("E_PARAMETERS /data/parameterization");
  const { values } = parameterization;
  if (values === undefined || values === null) {
    findings.warning("W_VALUES", "/data/parameterization: it has no values, so none are filled in");
    return success({});
  }
  if (!Array.isArray(values)) return malformed("E_VALUES /data/parameterization/values");
  return readEntries(values);
}

function readEntries(values: readonly Json[]): Outcome<Readonly<Record<string, string>>, Problem> {
  const places: Place[] = [];
  const entries: [string, string][] = [];
  for (const [index, entry] of values.entries()) {
    const { name, value } = isJsonObject(entry) ? entry : {};
    if (typeof name === "string" && isScalar(value)) entries.push([name, String(value)]);
    else {
      const path = `/parameterization/values/${index}`;
      places.push({ path, detail: "expected a name and its value" });
    }
  }
  if (places.length > 0) return failure(problemAt("model_invalid", places));
  return success(Object.fromEntries(entries));
}

function isScalar(json: Json | undefined): json is string | number | boolean {
  return typeof json === "string" || typeof json === "number" || typeof json === "boolean";
}

function malformed(detail: string): Outcome<never, Problem> {
  return failure(problem("payload_malformed", detail));
}
