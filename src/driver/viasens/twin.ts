import type { DeviceAddress } from "../../domain/brand.ts";
import { type Finding, Findings } from "../../domain/findings.ts";
import type { Message } from "../../domain/message.ts";
import { problem } from "../../domain/problem.ts";
import { encodeJson } from "../../lib/json.ts";
import { failure, success } from "../../lib/outcome.ts";
import type { Twin, TwinReading } from "../driver.ts";
import { fieldsOf, readEnvelope } from "./envelope.ts";
import { ORDERS } from "./orders.ts";
import { SENSOR_OF_CHANNEL } from "./sensors.ts";
import { dataTopic } from "./topics.ts";

/** A smart sensor node, with the gateway that speaks for it. */
export function twin(device: DeviceAddress): Twin {
  return {
    emit: (readings) => readings.flatMap((reading) => messageOf(device, reading)),

    tell: (finding) => gatewayMessage(finding),

    obey({ topic, payload }) {
      const findings = new Findings();
      const envelope = readEnvelope(payload, findings);
      if (!envelope.ok) return envelope;
      const { type: name } = envelope.value;
      const order = ORDERS.get(name);
      if (!order) return failure(problem("command_unknown", name));
      if (order.topicOf(device) !== topic) return failure(problem("topic_unknown", topic));
      const read = fieldsOf(envelope.value, findings);
      if (!read.ok) return read;
      const parameters = order.read(read.value.fields, read.value.reader);
      return parameters.ok ? success({ name, parameters: parameters.value }) : parameters;
    },
  };
}

/**
 * What its gateway says: by its last will that the network is gone, and of an order whether the
 * node has it. No public text names the topics; these have the form that version 2.1 describes.
 */
function gatewayMessage(finding: Finding): Message | undefined {
  if (finding.kind === "presence") {
    const payload = new TextEncoder().encode(finding.isHere ? "1" : "0");
    return { topic: `${dataTopic(finding.device)}/presence`, payload, retain: true, qos: 1 };
  }
  if (finding.kind !== "confirmation") return undefined;
  const payload = encodeJson({ state: finding.done ? "ack" : "fail" });
  return { topic: `${dataTopic(finding.device)}/ack`, payload, retain: false, qos: 1 };
}

/** One type a message. A node has no way to say that it has no value. */
function messageOf(device: DeviceAddress, { channel, value }: TwinReading): Message[] {
  const sensor = SENSOR_OF_CHANNEL.get(channel);
  if (!sensor || typeof value !== "number") return [];
  const payload = { [sensor.rule.key]: value };
  return [
    {
      topic: dataTopic(device),
      payload: encodeJson({ type: sensor.type, payload }),
      retain: false,
      qos: 1,
    },
  ];
}
