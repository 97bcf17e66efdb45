import type { DeviceAddress } from "../../domain/brand.ts";
import type { Command } from "../../domain/command.ts";
import type { Finding } from "../../domain/findings.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Value } from "../../domain/reading.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Twin, TwinReading } from "../driver.ts";
import { writable } from "../value.ts";
import { TYPE_NUMBERS, type TypeName, typeNameOf } from "./data-type.ts";
import { REBIRTH_METRIC, SESSION_METRIC } from "./decode.ts";
import { type Metric, type Payload, type Raw, readPayload } from "./payload.ts";
import { commandTopicOf, topicOf } from "./topics.ts";
import { rawFor, valueIn } from "./value.ts";
import { WireError } from "./wire.ts";
import { writePayload } from "./write.ts";

/** OPC's numbers for our qualities. */
const QUALITY_CODES = { uncertain: 64, bad: 0 } as const;

/**
 * An edge node with one device, or a node alone. Its first values are its birth; it is born again
 * when it has something new. Data goes by alias and without types, as the specification wants it.
 */
export function twin(device: DeviceAddress): Twin {
  const state: State = { device, known: new Map(), seq: -1, session: -1 };
  return {
    emit(readings) {
      const births: TwinReading[] = [];
      const data = readings.filter((reading) => {
        if (!isNews(state, reading)) return true;
        births.push(reading);
        return false;
      });
      const said = births.length > 0 ? bear(state, births) : [];
      for (const { channel, ...last } of data) {
        if (!last.isPast) Object.assign(state.known.get(channel) ?? {}, last);
      }
      if (data.length > 0)
        said.push(
          say(
            state,
            "DATA",
            data.map((row) => dataOf(state, row)),
          ),
        );
      return said;
    },

    tell(finding) {
      return finding.kind === "gone" ? die(state, finding) : undefined;
    },

    obey(message) {
      return obey(device, message);
    },
  };
}

type Known = Omit<TwinReading, "channel"> & { readonly type: TypeName };
type State = {
  readonly device: DeviceAddress;
  /** Each metric with its type and what was said last; its place in the map is its alias. */
  readonly known: Map<string, Known>;
  seq: number;
  session: number;
};

/** Whether a metric is new, or its birth's type cannot hold this value. Then it is noted. */
function isNews({ known }: State, { channel, ...last }: TwinReading): boolean {
  const type = known.get(channel)?.type;
  if (type && (last.value === null || rawOf(last.value, type))) return false;
  known.set(channel, { type: typeFor(last.value), ...last });
  return true;
}

function typeFor(value: Value | null): TypeName {
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "string") return "String";
  return typeof value === "number" && !Number.isInteger(value) ? "Double" : "Int64";
}

function rawOf(value: Value, type: TypeName): Raw | undefined {
  return rawFor(writable(value), type);
}

/** The node first, which begins to count again; then all that the device has, the new in front. */
function bear(state: State, news: readonly TwinReading[]): Message[] {
  const others = [...state.known].filter(([name]) => !news.some(({ channel }) => channel === name));
  const all = [...news, ...others.map(([channel, { type: _, ...last }]) => ({ channel, ...last }))];
  const metrics = all.map((row) => {
    const datatype = TYPE_NUMBERS[state.known.get(row.channel)?.type ?? "String"];
    return { ...dataOf(state, row), name: row.channel, datatype };
  });
  const edge = state.device.split("/").slice(0, 2).join("/") as DeviceAddress;
  const isNode = edge === state.device;
  state.seq = -1;
  state.session = (state.session + 1) % 256;
  const at = Math.max(...all.map((row) => row.at));
  const own = sessionMetrics(state.session).map((one) => ({ ...one, timestamp: at }));
  const node = say(state, "BIRTH", isNode ? [...own, ...metrics] : own, edge);
  return isNode ? [node] : [node, say(state, "BIRTH", metrics)];
}

function sessionMetrics(session: number): Metric[] {
  return [
    {
      ...metricOf(),
      name: SESSION_METRIC,
      datatype: TYPE_NUMBERS.Int64,
      value: { kind: "long", whole: BigInt(session) },
    },
    {
      ...metricOf(),
      name: REBIRTH_METRIC,
      datatype: TYPE_NUMBERS.Boolean,
      value: { kind: "boolean", truth: false },
    },
  ];
}

function metricOf(): Metric {
  return { isHistorical: false, isNull: false, properties: new Map() };
}

function dataOf({ known }: State, reading: TwinReading): Metric {
  const { channel, at, value, quality, isPast: isHistorical = false } = reading;
  const raw = value === null ? undefined : rawOf(value, known.get(channel)?.type ?? "String");
  const properties = new Map<string, Raw>();
  if (quality !== "good") {
    properties.set("Quality", { kind: "int", whole: BigInt(QUALITY_CODES[quality]) });
  }
  const alias = [...known.keys()].indexOf(channel);
  const about = { alias, timestamp: at, isHistorical, isNull: raw === undefined, properties };
  const metric = { ...metricOf(), ...about };
  return raw ? { ...metric, value: raw } : metric;
}

function say(
  state: State,
  what: "BIRTH" | "DATA" | "DEATH",
  metrics: Metric[],
  speaker: DeviceAddress = state.device,
): Message {
  const times = metrics.flatMap(({ timestamp }) => timestamp ?? []);
  const timestamp = times.length > 0 ? { timestamp: Math.max(...times) } : {};
  return publish(state, topicOf(speaker, what), { ...timestamp, metrics });
}

/** Each message has the next number of its node. */
function publish(state: State, topic: string, payload: Payload): Message {
  state.seq = (state.seq + 1) % 256;
  return { topic, payload: writePayload({ ...payload, seq: state.seq }), qos: 0 };
}

/** A node's death is its will: it names its session and has no number. A device's has the next. */
function die(state: State, { session, leftAt }: Extract<Finding, { kind: "gone" }>): Message {
  const isNode = state.device.split("/").length === 2;
  const topic = topicOf(state.device, "DEATH");
  const time = leftAt === undefined ? {} : { timestamp: leftAt };
  if (!isNode) return publish(state, topic, { ...time, metrics: [] });
  const metrics = session === null ? [] : sessionMetrics(session).slice(0, 1);
  return { topic, payload: writePayload({ metrics }), qos: 1 };
}

/** NCMD for a node, DCMD for a device; a rebirth is always asked of the node. */
function obey(
  device: DeviceAddress,
  message: Message,
): Outcome<Pick<Command, "name" | "parameters">, Problem> {
  const edge = device.split("/").slice(0, 2).join("/") as DeviceAddress;
  const metric = metricIn(message);
  if (!metric) return failure(problem("payload_malformed", message.topic));
  if (message.topic === commandTopicOf(edge) && metric.name === REBIRTH_METRIC) {
    return success({ name: "rebirth", parameters: {} });
  }
  const type = typeNameOf(metric.datatype ?? 0);
  const value = metric.value && type ? valueIn(metric.value, type) : undefined;
  if (message.topic !== commandTopicOf(device) || !type || value === undefined || !metric.name) {
    return failure(problem("command_unknown", message.topic));
  }
  return success({
    name: "write",
    parameters: { metric: metric.name, type, value: writable(value) },
  });
}

function metricIn({ payload }: Message): Metric | undefined {
  try {
    return readPayload(payload).metrics[0];
  } catch (reason) {
    if (reason instanceof WireError) return undefined;
    throw reason;
  }
}
