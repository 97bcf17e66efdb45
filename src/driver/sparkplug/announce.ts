import type { Message } from "../../domain/message.ts";
import { encodeJson } from "../../lib/json.ts";
import type { Announcement } from "../driver.ts";

/** Edge nodes may keep back what they have while their host is away (specification 6.4.26). */
export function announce({ name, isHere, at }: Announcement): Message {
  const payload = encodeJson({ online: isHere, timestamp: at });
  return { topic: `spBv1.0/STATE/${name}`, payload, qos: 1, retain: true };
}
