import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import { type Form, type Question, textIn } from "./broker-form.ts";

/** A granted QoS that means no: MQTT 3.1.1 section 3.9.3, MQTT 5.0 section 2.4. */
const REFUSED = { 3: 128, 5: 135 } as const;

/** VerneMQ's webhooks: which hook asks, a header tells; those of MQTT 5 end in `_m5`. */
export const vernemq: Readonly<Record<string, Form>> = {
  "/vernemq": {
    read(body, hook) {
      const who = { username: textIn(body, "username"), clientId: textIn(body, "client_id") };
      switch (hook.replace(/_m5$/, "")) {
        case "auth_on_register":
          return { about: "connect", ...who, ...credentials(body) };
        case "auth_on_publish":
          return { about: "publish", ...who, topics: [textIn(body, "topic")] };
        case "auth_on_subscribe":
          return { about: "subscribe", ...who, topics: topicsIn(body).map(topicOf) };
        default:
          return undefined;
      }
    },
    write(verdicts, { body, hook }) {
      if (verdicts === undefined) return { result: "next" };
      if (verdicts.every((may) => !may)) return { result: { error: "not_allowed" } };
      if (verdicts.every((may) => may)) return { result: "ok" };
      const isV5 = hook.endsWith("_m5");
      const refused = REFUSED[isV5 ? 5 : 3];
      const topics = topicsIn(body).map((asked, index) =>
        verdicts[index] ? asked : { ...asked, qos: refused },
      );
      return isV5 ? { result: "ok", modifiers: { topics } } : { result: "ok", topics };
    },
  },
};

function credentials(body: JsonObject): Pick<Question, "password" | "remote"> {
  return { password: textIn(body, "password"), remote: textIn(body, "peer_addr") };
}

function topicsIn(body: JsonObject): readonly JsonObject[] {
  const topics = body["topics"];
  return Array.isArray(topics) ? topics.filter((asked: Json) => isJsonObject(asked)) : [];
}

function topicOf(asked: JsonObject): string {
  return textIn(asked, "topic");
}
