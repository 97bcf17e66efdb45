import { Pause, Play, RotateCcw, X } from "lucide-react";
import { useState } from "react";
import type { RolloutReply } from "../../src/api/contract.ts";
import { formatCount, formatDateTime } from "../format.ts";
import { State, type StateKind } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { useRefetchOn } from "../use-refetch.ts";
import "./rollouts.css";

const EVERY_MS = 5_000;
/** Those that are over are folded away, but for the newest. */
const KEPT = 5;

/** Settings on their way to many devices: how far they are, and how to stop them. */
export function RolloutsCard() {
  const reply = useReply("GET /rollouts", {}, { every: EVERY_MS });
  useRefetchOn(
    ({ subject }) => subject.startsWith("rollout:"),
    ["GET /rollouts", "GET /rollouts/:id"],
  );
  const [isWhole, setWhole] = useState(false);
  const items = reply.data?.items ?? [];
  if (items.length === 0) return <ProblemNote problem={reply.error} />;
  const shown = items.filter((rollout, at) => at < (isWhole ? KEPT : 1) || isOpen(rollout));
  const older = Math.min(items.length, KEPT) - shown.length;
  return (
    <Card
      title="Rollouts"
      meta={formatCount(items.length, "rollout")}
      flush
      actions={
        (older > 0 || isWhole) && (
          <button type="button" className="link" onClick={() => setWhole(!isWhole)}>
            {isWhole ? "Hide older ones" : "Show older ones"}
          </button>
        )
      }
    >
      <ul className="rollouts">
        {shown.map((rollout) => (
          <RolloutRow key={rollout.id} rollout={rollout} />
        ))}
      </ul>
    </Card>
  );
}

function isOpen({ state }: RolloutReply): boolean {
  return state === "running" || state === "paused";
}

function RolloutRow({ rollout }: { readonly rollout: RolloutReply }) {
  const { name, sent, failed, waiting, actor, createdAt, perSecond } = rollout;
  const [isUnfolded, setUnfolded] = useState(false);
  const all = sent + failed + waiting;
  const { kind, word } = stateOf(rollout);
  return (
    <li className="rollout">
      <div className="row wrap">
        <b>{name}</b>
        <State kind={kind}>{word}</State>
        <span className="dim num">
          {`${sent} of ${formatCount(all, "node")}${failed > 0 ? `, ${failed} failed` : ""}`}
        </span>
        <span className="rollout-actions">
          <RolloutButtons rollout={rollout} />
        </span>
      </div>
      <progress max={all} value={sent + failed} aria-label={`Progress of ${name}`} />
      <div className="row wrap hint num">
        <span>{`by ${actor}, ${formatDateTime(createdAt)}, ${perSecond} a second`}</span>
        {failed > 0 && (
          <button type="button" className="link" onClick={() => setUnfolded(!isUnfolded)}>
            {isUnfolded ? "Hide what failed" : "Show what failed"}
          </button>
        )}
      </div>
      {isUnfolded && <Failures id={rollout.id} />}
    </li>
  );
}

function Failures({ id }: { readonly id: string }) {
  const reply = useReply("GET /rollouts/:id", { params: { id } });
  const failed = reply.data?.steps.filter(({ state }) => state === "failed") ?? [];
  return (
    <ul className="rollout-failures">
      {failed.map(({ deviceId, name, address, detail }) => (
        <li key={deviceId}>
          {name} <code className="dim">{address}</code> <b>{detail || "not sent in its time"}</b>
        </li>
      ))}
    </ul>
  );
}

function RolloutButtons({ rollout }: { readonly rollout: RolloutReply }) {
  const { id, state, failed } = rollout;
  const mayCommand = useMay("command");
  const steer = useAsk("PUT /rollouts/:id/state", ["GET /rollouts"]);
  const retry = useAsk("POST /rollouts/:id/retry", ["GET /rollouts"]);
  if (!mayCommand) return null;
  const onError = (problem: Error) => say(problem.message);
  const to = (wanted: "running" | "paused" | "cancelled") =>
    steer.mutate({ params: { id }, body: { state: wanted } }, { onError });
  return (
    <>
      {state === "running" && (
        <Button icon={Pause} onClick={() => to("paused")}>
          Pause
        </Button>
      )}
      {state === "paused" && (
        <Button icon={Play} onClick={() => to("running")}>
          Go on
        </Button>
      )}
      {isOpen(rollout) && (
        <Button icon={X} onClick={() => to("cancelled")}>
          Give up
        </Button>
      )}
      {!isOpen(rollout) && failed > 0 && (
        <Button icon={RotateCcw} onClick={() => retry.mutate({ params: { id } }, { onError })}>
          Try those again
        </Button>
      )}
    </>
  );
}

function stateOf({ state, failed }: RolloutReply): { kind: StateKind; word: string } {
  switch (state) {
    case "running":
      return { kind: "wait", word: "On its way" };
    case "paused":
      return { kind: "off", word: "Paused" };
    case "cancelled":
      return { kind: "off", word: "Given up" };
    case "ended":
      return failed > 0
        ? { kind: "wrong", word: "Ended, not whole" }
        : { kind: "on", word: "Done" };
  }
}
