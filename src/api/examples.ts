import type { Issued } from "../agent/agent.ts";
import type { Agent } from "../domain/agent.ts";
import { iso } from "./time.ts";

/** Where the broker is, as the caller can reach it. */
type Way = {
  readonly host: string;
  readonly mqttPort: number | null;
  readonly mqttsPort: number | null;
};
type Example = { title: string; command: string };

type Line = {
  readonly title: string;
  /** Without a payload: a subscription. */
  readonly topic: string;
  readonly payload?: object;
  readonly retain?: boolean;
};

/**
 * What to paste into a terminal for a first message: mosquitto's clients, with the real address,
 * names and password. The files are those that the credential's pieces are saved as.
 */
export function examplesFor(issued: Issued, way: Way, now: number): Example[] {
  const connection = connectionOf(issued, way);
  return linesFor(issued.agent, now).map(({ title, topic, payload, retain }) => ({
    title,
    command: payload
      ? `mosquitto_pub ${connection} -q 1${retain ? " -r" : ""} -t ${quoted(topic)}` +
        ` -m ${quoted(JSON.stringify(payload))}`
      : `mosquitto_sub ${connection} -q 1 -v -t ${quoted(topic)}`,
  }));
}

/** A password goes in the open only within this machine, or where nothing else is open. */
function connectionOf({ agent, password, certificate }: Issued, way: Way): string {
  const isHere = way.host === "localhost" || way.host === "127.0.0.1" || way.host === "[::1]";
  const isClosed = way.mqttsPort === null;
  const isOpen =
    way.mqttPort !== null && (isClosed ? password !== null : isHere && certificate === null);
  const port = (isOpen ? way.mqttPort : way.mqttsPort) ?? "8883";
  const parts = [`-h ${quoted(way.host.replace(/^\[|\]$/g, ""))} -p ${port}`];
  if (!isOpen) parts.push("--cafile ca.crt");
  if (certificate && !isOpen) parts.push("--cert agent.crt --key agent.key");
  else if (password) parts.push(`-u ${quoted(agent.clientId)} -P ${quoted(password)}`);
  return [...parts, `-i ${quoted(agent.clientId)}`].join(" ");
}

/** The first messages of each dialect, as the specifications' own examples have them. */
function linesFor(agent: Agent, now: number): Line[] {
  const { kind, tenant, name, clientId } = agent;
  switch (kind) {
    case "viasens":
      return [
        {
          title: "Send the humidity of node 5",
          topic: `/sauter/viasens/${tenant}/5`,
          payload: { type: "humid", payload: { humidity: 49 } },
        },
        { title: "Hear its commands", topic: `/sauter/viasens/${tenant}/+/control` },
      ];
    case "mindsphere":
      return [
        {
          title: "Send a time series",
          topic: `tc/${tenant}/${clientId}/o/mc_v3/ts`,
          payload: timeSeries(now),
        },
        { title: "Hear the answers", topic: `tc/${tenant}/${clientId}/i/#` },
      ];
    case "scorp-io":
      return scorpIoLines(`mqtts/${tenant}`, name, now);
    case "sparkplug":
      return [{ title: "Hear its commands", topic: `spBv1.0/${tenant}/+/${name}/#` }];
    case "gateway":
      return [{ title: "Hear its commands", topic: `fl/1/${name}/i/#` }];
    case "plain":
      return (agent.grant?.subscribe ?? []).map((topic) => ({ title: `Hear ${topic}`, topic }));
  }
}

/** The energy meter of the MindSphere example. */
function timeSeries(now: number): object {
  const values = [
    { dataPointId: "realEnergy", value: 605, qualityCode: "0" },
    { dataPointId: "apparentEnergy", value: 15, qualityCode: "0" },
    { dataPointId: "validEnergy", value: "true", qualityCode: "0" },
    { dataPointId: "dataPoint4", value: 87, qualityCode: "0" },
  ];
  return { timeseries: [{ timestamp: iso(now), values }] };
}

/** A device is born, retained, before its data counts. */
function scorpIoLines(project: string, edge: string, now: number): Line[] {
  const metric = { name: "Tension/Phase 1", dataType: "Short" };
  return [
    {
      title: "Declare a device",
      topic: `${project}/DBIRTH/${edge}/METER1`,
      payload: { metrics: [metric] },
      retain: true,
    },
    {
      title: "Send its data",
      topic: `${project}/DDATA/${edge}/METER1`,
      payload: { metrics: [{ ...metric, timestamp: now, value: 231 }] },
    },
  ];
}

/** One word for a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
