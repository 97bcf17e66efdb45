import { PROBLEMS, type ProblemCode } from "../src/domain/problem.ts";

/** Why a message was not taken, for the person who has to mend its sender. */
type RejectionHelp = {
  readonly title: string;
  /** What mostly causes it. */
  readonly cause: string;
  /** What to do about it. */
  readonly remedy: string;
};

/** Codes that messages are rejected with; others explain themselves by their detail. */
const HELP: Partial<Record<ProblemCode, Omit<RejectionHelp, "title">>> = {
  topic_unknown: {
    cause: "The topic has not the form of any protocol. viaSens topics begin with a slash.",
    remedy: "Compare the topic, level by level, with the one that the agent's page shows.",
  },
  payload_malformed: {
    cause: "Not JSON, or JSON that lacks a field or has a text where a number should stand.",
    remedy: "The detail names the place. Mend the sender; nothing needs to be done here.",
  },
  payload_too_large: {
    cause: "One message carries more than the house takes at once.",
    remedy: "Send smaller messages: up to 128 KiB a payload.",
  },
  payload_out_of_range: {
    cause: "A number that its type on the wire cannot hold, or a word that means nothing.",
    remedy: "Look at the device: such values are a fault of its sensor or its firmware.",
  },
  payload_empty: {
    cause: "A message without content. MQTT uses it to clear what a broker keeps.",
    remedy: "Nothing, if somebody cleared a retained message; else mend the sender.",
  },
  time_in_future: {
    cause: "The sender's clock is ahead. Such a value would hide all that come after it.",
    remedy: "Set its clock, best by NTP. If this server's was wrong, take the values in above.",
  },
  time_impossible: {
    cause: "The sender says a time before the year 1: no clock does.",
    remedy: "Mend the sender, its arithmetic most likely. Its other values are stored.",
  },
  channel_unknown: {
    cause: "The device sends a value that it has not declared before.",
    remedy: "Let the device publish its model or its birth again, with this value in it.",
  },
  model_invalid: {
    cause: "The model contradicts itself, or uses something that is not allowed.",
    remedy: "Mend the model at the place that the detail names and publish it again.",
  },
  model_unknown: {
    cause: "A model was instantiated before it was published.",
    remedy: "Publish the model first, under the same external id.",
  },
  device_limit: {
    cause: "More devices or values than the house may know: often an address that changes.",
    remedy: "Find out who makes up new addresses; remove devices that are gone.",
  },
  topic_forbidden: {
    cause: "It may not publish or subscribe there: its rights end at its own tenant and name.",
    remedy: "Use the topics on the agent's page, or widen the grant of a plain agent.",
  },
  packet_malformed: {
    cause: "Something that is not MQTT came to the MQTT port, or a client library is broken.",
    remedy: "Look at the address it came from.",
  },
  agent_refused: {
    cause: "Wrong client id, user name or credential, or an agent that was revoked.",
    remedy: "Check them on the agent's page; issue a new credential if it is lost.",
  },
  historian_failed: {
    cause: "The values could not be written to the disk.",
    remedy: "Look at the disk of the server. Senders repeat what was not acknowledged.",
  },
};

/** The classic mistake: its first level is empty, so it begins with a slash. */
const WITHOUT_SLASH = /^sauter\/viasens\//;
const SLASH: Omit<RejectionHelp, "title"> = {
  cause: "viaSens topics begin with a slash, and this one does not.",
  remedy: "Publish to /sauter/viasens/… instead.",
};

const BYTES = {
  cause: "Bytes that are neither JSON nor text: nothing in them says what they mean.",
  remedy: "Say below what these bytes mean; the next message on the topic is read by that.",
};

export function rejectionHelp(code: string, topic = "", detail = ""): RejectionHelp {
  const known = isCode(code) ? code : undefined;
  const title = known ? PROBLEMS[known].meaning : code;
  const help = special(topic, detail) ?? (known && HELP[known]);
  return {
    title: title.replace(/\.$/, ""),
    ...(help ?? {
      cause: "The detail says what was wrong with this message.",
      remedy: "Mend the sender; the message is not sent again by the house.",
    }),
  };
}

function special(topic: string, detail: string) {
  if (WITHOUT_SLASH.test(topic)) return SLASH;
  return detail.startsWith("E_BINARY") ? BYTES : undefined;
}

function isCode(code: string): code is ProblemCode {
  return code in PROBLEMS;
}
