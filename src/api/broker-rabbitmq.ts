import type { JsonObject } from "../lib/json.ts";
import { type Form, type Question, textIn } from "./broker-form.ts";

/** The queues of MQTT sessions, by their clients' ids. */
const SESSION_QUEUE = /^mqtt-subscription-(.*)qos[01]$/s;
const SPARKPLUG = /^(spBv\d+)(?:___|\.)(\d+)(?=\.|$)/;
const write: Form["write"] = ([may] = []) => (may ? "allow" : "deny");

/**
 * RabbitMQ's `auth_backend_http`: four questions as forms, answered in one word. Where a question
 * is about no topic, it is only asked whether the agent is still let in.
 */
export const rabbitmq: Readonly<Record<string, Form>> = {
  "/rabbitmq/user": {
    read: (body) => ({
      about: "connect",
      username: nameIn(body),
      clientId: textIn(body, "client_id") || nameIn(body),
      password: textIn(body, "password"),
    }),
    write,
  },
  "/rabbitmq/vhost": { read: standing, write },
  "/rabbitmq/resource": { read: resource, write },
  "/rabbitmq/topic": { read: topic, write },
};

/** All MQTT goes through one exchange; a session has a queue of its client's id. */
function resource(body: JsonObject): Question | undefined {
  const [kind, name] = [textIn(body, "resource"), textIn(body, "name")];
  if (kind === "exchange") return name === "amq.topic" ? standing(body) : undefined;
  const [, owner] = (kind === "queue" && SESSION_QUEUE.exec(name)) || [];
  return owner === nameIn(body) ? standing(body) : undefined;
}

/** AMQP writes an MQTT topic with other signs: `.` for `/`, `*` for `+`. */
function topic(body: JsonObject): Question | undefined {
  const permission = textIn(body, "permission");
  if (permission !== "write" && permission !== "read") return undefined;
  const about = permission === "write" ? "publish" : "subscribe";
  const topics = [topicOf(textIn(body, "routing_key"))];
  return { about, username: nameIn(body), clientId: "", topics };
}

/** Sparkplug's first level has a point of its own: as it is, or as `mqtt.sparkplug` writes it. */
function topicOf(key: string): string {
  const [level = "", version, minor] = SPARKPLUG.exec(key) ?? [];
  const first = version === undefined ? "" : `${version}.${minor}`;
  return first + key.slice(level.length).replaceAll(".", "/").replaceAll("*", "+");
}

function standing(body: JsonObject): Question {
  return { about: "known", username: nameIn(body), clientId: "" };
}

/** MQTT clients may put the virtual host before their name: `vhost:name`. */
function nameIn(body: JsonObject): string {
  return textIn(body, "username").replace(/^.*:/s, "");
}
