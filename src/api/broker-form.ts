import type { JsonObject } from "../lib/json.ts";

/** What another broker wants to know of the house; `known` is whether somebody is still let in. */
export type Question = {
  readonly about: "connect" | "known" | "publish" | "subscribe";
  readonly username: string;
  readonly clientId: string;
  /** For `connect`. */
  readonly password?: string;
  readonly remote?: string;
  /** Topics to publish on, or filters to subscribe to; each is answered by itself. */
  readonly topics?: readonly string[];
};

/** One form in which a broker asks: its body made a question, and the verdicts made its reply. */
export type Form = {
  /** Undefined where it asks what the house has no answer to. */
  readonly read: (body: JsonObject, hook: string) => Question | undefined;
  /** JSON, or the plain text that RabbitMQ wants. */
  readonly write: (verdicts: Verdicts | undefined, asked: Asked) => JsonObject | string;
};

type Asked = { readonly body: JsonObject; readonly hook: string };
/** One a topic; for a connection, one. */
type Verdicts = readonly boolean[];

/** Text in a field of a body; anything else counts as absent. */
export function textIn(body: JsonObject, name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : "";
}
