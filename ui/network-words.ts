import type { NetworkReply, NodeReply } from "../src/api/contract.ts";
import type { StateKind } from "./part/badge.tsx";

type Said = { readonly kind: StateKind; readonly word: string };

const LOST_WORDS = {
  "said so": "Away, as its will says",
  disconnected: "Away: no connection",
  silent: "Silent as a whole",
} as const;

export function networkWords(network: Pick<NetworkReply, "lost" | "devices" | "expected">): Said {
  const { lost, devices, expected } = network;
  if (devices === expected) return { kind: "wait", word: "Expected: has not spoken yet" };
  return lost ? { kind: "wrong", word: LOST_WORDS[lost.why] } : { kind: "on", word: "There" };
}

const NODE_WORDS: Readonly<Record<NodeReply["state"], Said>> = {
  reporting: { kind: "on", word: "Reporting" },
  late: { kind: "wait", word: "Late" },
  offline: { kind: "off", word: "Offline" },
  unknown: { kind: "off", word: "Not known: its network is away" },
  expected: { kind: "off", word: "Expected: has not spoken yet" },
};

export function nodeWords(state: NodeReply["state"]): Said {
  return NODE_WORDS[state];
}

/** One step of taking a node into service. */
type Task = { readonly name: string; readonly isDone: boolean; readonly lacks: string };

/** What a node needs until it can be left alone, in the order in which people do it. */
export function tasksOf(node: NodeReply): readonly Task[] {
  const { assetId, place, missing, faulty, silent, unfitted, settings, state } = node;
  return [
    { name: "Adopted", isDone: assetId !== null, lacks: "waits in the inbox" },
    { name: "In its place", isDone: place !== "", lacks: "stands nowhere" },
    {
      name: "All values",
      isDone: missing.length === 0,
      lacks: `never heard: ${missing.join(", ")}`,
    },
    {
      name: "Sensors well",
      isDone: faulty.length + silent.length + unfitted.length === 0 && state !== "expected",
      lacks: sensorWords(node) || "has not told yet",
    },
    { name: "Settings sent", isDone: settings === "sent", lacks: SETTINGS_LACK[settings] },
    { name: "Reporting", isDone: state === "reporting", lacks: nodeWords(state).word },
  ];
}

/** What a living node's sensors lack; empty where they are well, or nobody can know. */
export function sensorTrouble(node: NodeReply): string {
  const { state, faulty, silent } = node;
  return state === "reporting" ? sensorWords({ faulty, silent, unfitted: [] }) : "";
}

type Sensors = Pick<NodeReply, "faulty" | "silent" | "unfitted">;

function sensorWords({ faulty, silent, unfitted }: Sensors): string {
  const parts = [
    ...(faulty.length > 0 ? [`faulty: ${faulty.join(", ")}`] : []),
    ...(silent.length > 0 ? [`silent: ${silent.join(", ")}`] : []),
    ...(unfitted.length > 0 ? [`not fitted? ${unfitted.join(", ")}`] : []),
  ];
  return parts.join("; ");
}

const SETTINGS_LACK = {
  none: "nothing was laid down or sent",
  newer: "what is meant was not sent yet",
  sent: "",
} as const;

export const SETTINGS_WORDS = { none: "–", newer: "Not sent yet", sent: "Sent" } as const;

/** Those to whom a rollout would bring something. */
export function unsentOf(nodes: readonly NodeReply[]): readonly NodeReply[] {
  return nodes.filter(({ settings, assetId }) => settings === "newer" && assetId !== null);
}
