import type { DeviceAddress } from "../../domain/brand.ts";
import type { Command } from "../../domain/command.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { QUALITIES, type Value } from "../../domain/reading.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Twin, TwinReading } from "../driver.ts";
import { TYPE_NUMBERS, type TypeName, typeNameOf } from "./data-type.ts";
import { REBIRTH_METRIC, SESSION_METRIC } from "./decode.ts";
import { type Metric, type Raw, readPayload } from "./payload.ts";
import { commandTopicOf, topicOf } from "./topics.ts";
import { rawFor, valueIn } from "./value.ts";
import { WireError } from "./wire.ts";
import { writePayload } from "./write.ts";

/** OPC's numbers for our qualities. */
const QUALITY_CODES = { good: 192, uncertain: 64, bad: 0 } as const;

/**
 * An edge node with one device, or a node alone. Its first values are its birth; it is born again
 * when it has something new. Data goes by alias and without types, as the specification wants it.
 */
export function twin(device: DeviceAddress): Twin {
  const state: State = { device, known: new Map(), seq: -1, session: -1 };
  return {
    emit(readings) {
      if (readings.length === 0) return [];
      const news = newsIn(state, readings);
      const data = readings.filter((reading) => !news.includes(reading));
      return [
        ...(news.length > 0 ? birth(state, news) : []),
        ...(data.length > 0
          ? [
              say(
                state,
                "DATA",
                data.map((row) => dataOf(state, row)),
              ),
            ]
          : []),
      ];
    },

    obey(message) {
      return obey(device, message);
    },
  };
}

type State = {
  readonly device: DeviceAddress;
  /** Each metric with the type of its birth; its place in the map is its alias. */
  readonly known: Map<string, TypeName>;
  seq: number;
  session: number;
};

/** The first reading of each metric that is new, or that the type of its birth cannot hold. */
function newsIn({ known }: State, readings: readonly TwinReading[]): TwinReading[] {
  const news: TwinReading[] = [];
  for (const reading of readings) {
    const { channel, value } = reading;
    const type = known.get(channel);
    const fits = type && (value === null || rawOf(value, type) !== undefined);
    if (fits) continue;
    known.set(channel, typeFor(value));
    news.push(reading);
  }
  return news;
}

function typeFor(value: Value | null): TypeName {
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "string") return "String";
  return value === null || Number.isInteger(value) || typeof value === "bigint"
    ? "Int64"
    : "Double";
}

function rawOf(value: Value, type: TypeName): Raw | undefined {
  return rawFor(typeof value === "bigint" ? String(value) : value, type);
}

/** The node first, which begins to count again, then what it has, with the values of now. */
function birth(state: State, news: readonly TwinReading[]): Message[] {
  const metrics = news.map((reading) => ({ ...dataOf(state, reading), ...nameOf(state, reading) }));
  const isNews = (name: string) => news.some(({ channel }) => channel === name);
  const silent = [...state.known.keys()].filter((name) => !isNews(name));
  // A birth names all that there is, and these have no value to tell now.
  const others = silent.map((channel) => {
    return { ...metricOf(), ...nameOf(state, { channel }), isNull: true };
  });
  state.seq = -1;
  state.session = (state.session + 1) % 256;
  const edge = state.device.split("/").slice(0, 2).join("/") as DeviceAddress;
  const own = edge === state.device ? [...metrics, ...others] : [];
  const node = say({ ...state, device: edge }, "BIRTH", [...sessionMetrics(state.session), ...own]);
  state.seq = 0;
  if (edge === state.device) return [node];
  return [node, say(state, "BIRTH", [...metrics, ...others])];
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

function nameOf({ known }: State, { channel }: Pick<TwinReading, "channel">) {
  return { name: channel, datatype: TYPE_NUMBERS[known.get(channel) ?? "String"] };
}

function dataOf({ known }: State, { channel, at, value, quality }: TwinReading): Metric {
  const type = known.get(channel) ?? "String";
  const raw = value === null ? undefined : rawOf(value, type);
  const properties = new Map<string, Raw>();
  if (quality !== QUALITIES[0]) {
    properties.set("Quality", { kind: "int", whole: BigInt(QUALITY_CODES[quality]) });
  }
  const alias = [...known.keys()].indexOf(channel);
  const metric = { ...metricOf(), alias, timestamp: at, isNull: raw === undefined, properties };
  return raw ? { ...metric, value: raw } : metric;
}

function say(state: State, what: "BIRTH" | "DATA", metrics: Metric[]): Message {
  state.seq = (state.seq + 1) % 256;
  const payload = writePayload({ metrics, seq: state.seq });
  return { topic: topicOf(state.device, what), payload, qos: 0 };
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
  const shown = typeof value === "bigint" ? String(value) : value;
  return success({ name: "write", parameters: { metric: metric.name, type, value: shown } });
}

function metricIn({ payload }: Message): Metric | undefined {
  try {
    return readPayload(payload).metrics[0];
  } catch (reason) {
    if (reason instanceof WireError) return undefined;
    throw reason;
  }
}
