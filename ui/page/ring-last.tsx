import { useMemo } from "react";
import type { CommandReply } from "../../src/api/contract.ts";
import { formatAge, formatTime } from "../format.ts";
import { modeName, patternName, type RingCommand } from "../led-form.ts";
import { live, useByTime } from "../use-live.ts";
import { calmed, pictureOf, type SentCommand } from "../widget/led-preview.ts";
import { LedRing } from "../widget/led-ring.tsx";

type RingLastProps = {
  /** Newest first. */
  readonly commands: readonly CommandReply[];
  readonly ledCount: number;
};

/** There is no way to ask a ring what it shows: this is what was sent, and when it ends. */
export function RingLast({ commands, ledCount }: RingLastProps) {
  const sent = useMemo(() => sentTo(commands), [commands]);
  const shown = useMemo(() => pictureOf(sent), [sent]);
  const last = sent.at(-1);
  const until = shown.animation?.until ?? 0;
  const left = useByTime((now) => (now < until ? formatAge(until - now) : ""));
  const isOver = left === "";
  const show = useMemo(() => {
    const picture = isOver ? { ...shown, animation: null } : shown;
    return calmed({ picture, ledCount, from: live.now(), pace: 1 });
  }, [shown, ledCount, isOver]);
  return (
    <div className="ring-last">
      <LedRing label="What was last sent to the ring" size={84} show={show} isSmall />
      <div className="stack">
        <h3>Last sent</h3>
        {last ? (
          <>
            <p>{wordsOf({ left, until, last, hasPattern: shown.pattern !== null })}</p>
            <p className="hint">
              {`Sent ${formatTime(last.at)} by ${last.actor}. ${ANSWER_WORDS[last.state]}`}
            </p>
          </>
        ) : (
          <p className="dim">Nothing from here. It may show a picture of its own.</p>
        )}
      </div>
    </div>
  );
}

type Sent = SentCommand & {
  readonly actor: string;
  readonly state: keyof typeof ANSWER_WORDS;
};

/** Firmware 2.1 acknowledges, 1.8 does not. */
const ANSWER_WORDS = {
  sent: "There is no answer to it.",
  confirmed: "Its gateway acknowledged it.",
  unknown: "No acknowledgement came.",
} as const;

/** Commands for the ring that reached the broker, the oldest first. */
function sentTo(commands: readonly CommandReply[]): Sent[] {
  return commands
    .flatMap(({ name, parameters, state, settledAt, requestedAt, actor }): Sent[] =>
      isRing(name) && wasSent(state)
        ? [
            {
              name,
              parameters,
              state,
              at: Date.parse(startOf(state, settledAt) ?? requestedAt),
              actor,
            },
          ]
        : [],
    )
    .sort((a, b) => a.at - b.at);
}

function wasSent(state: CommandReply["state"]): state is Sent["state"] {
  return state in ANSWER_WORDS;
}

/** What was never acknowledged settles when that is given up, a minute after it was sent. */
function startOf(state: Sent["state"], settledAt: string | null): string | null {
  return state === "unknown" ? null : settledAt;
}

function isRing(name: string): name is RingCommand["name"] {
  return name === "led-ring" || name === "led-ring-basic";
}

type Told = {
  readonly left: string;
  /** When the animation ends, or has ended. */
  readonly until: number;
  readonly last: Sent;
  readonly hasPattern: boolean;
};

function wordsOf({ left, until, last, hasPattern }: Told): string {
  const { name, parameters } = last;
  if (name === "led-ring-basic") {
    const pattern = Number(parameters["pattern"]);
    return pattern === 1 ? "Cleared" : `${patternName(pattern)}, until it is cleared`;
  }
  const mode = Number(parameters["mode"]);
  if (mode < 0) return "Cleared";
  if (left) return `${modeName(mode)}, ends in ${left}, at ${formatTime(until)}`;
  const after = hasPattern ? "the pattern below shows again" : "dark";
  return `${modeName(mode)}, over since ${formatTime(until)}: ${after}`;
}
