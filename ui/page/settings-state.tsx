import type { ReactNode } from "react";
import type { DeviceSettingsReply } from "../../src/api/contract.ts";
import { formatDateTime, formatSpan, formatTime } from "../format.ts";
import { State, type StateKind } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { changesBetween, type FormParameters, type FormSection } from "../schema-form.ts";
import { useMay } from "../session.ts";

type SettingsStateProps = {
  readonly told: DeviceSettingsReply;
  readonly sections: readonly FormSection[];
  /** Takes what the broker keeps into the form. */
  readonly onTake: (settings: FormParameters) => void;
};

type Step = { readonly name: string; readonly kind: StateKind; readonly word: string };

/** Meant, sent, kept, done: how far settings have come, and where they differ. */
export function SettingsState({ told, sections, onTake }: SettingsStateProps) {
  const mayCommand = useMay("command");
  const { sent, meant, kept } = told;
  const unsent = sent ? changesBetween(sections, sent.parameters, meant) : [];
  const theirs = kept.parameters && kept.is === "other" ? kept.parameters : null;
  const isOurs = sent !== null && theirs !== null;
  return (
    <Card title="How far it has come">
      <ol className="settings-steps">
        <StepItem step={sentStep(told, unsent.length)}>
          {sent && `${formatDateTime(sent.at)} by ${sent.actor}`}
        </StepItem>
        <StepItem step={keptStep(told)}>
          {kept.by && `by ${kept.by.agent}, ${formatDateTime(kept.by.at)}`}
        </StepItem>
        <StepItem step={doneStep(told)}>{sent && EVIDENCE_WORDS[told.evidence]}</StepItem>
      </ol>
      {theirs && (
        <div className="settings-theirs">
          <Differences
            title={isOurs ? "Kept there instead of what was sent" : "Kept there by somebody else"}
            changes={changesBetween(sections, sent?.parameters ?? meant, theirs)}
          />
          {mayCommand && <Button onClick={() => onTake(theirs)}>Take theirs into the form</Button>}
        </div>
      )}
      {unsent.length > 0 && <Differences title="Meant, and not sent yet" changes={unsent} />}
      <Silent checks={told.checks} />
      <Suspects checks={told.checks} />
    </Card>
  );
}

function StepItem({ step, children }: { readonly step: Step; readonly children: ReactNode }) {
  return (
    <li>
      <span className="hint">{step.name}</span>
      <State kind={step.kind}>{step.word}</State>
      <span className="hint">{children}</span>
    </li>
  );
}

function sentStep({ sent }: DeviceSettingsReply, unsent: number): Step {
  const name = "Sent";
  if (!sent) return { name, kind: "off", word: "Nothing from here yet" };
  return unsent === 0
    ? { name, kind: "on", word: "As it is meant" }
    : {
        name,
        kind: "wait",
        word: unsent === 1 ? "One field is newer" : `${unsent} fields are newer`,
      };
}

const KEPT_WORDS = {
  same: ["on", "As it was sent"],
  other: ["wrong", "Overwritten by someone else"],
  absent: ["wrong", "Not stored"],
  none: ["off", "Nothing"],
  unknown: ["off", "This broker does not tell"],
} as const;

function keptStep({ kept, sent }: DeviceSettingsReply): Step {
  const [kind, word] = KEPT_WORDS[kept.is];
  if (kept.is === "other" && !sent)
    return { name: "Kept by the broker", kind: "wait", word: "Of someone else" };
  return { name: "Kept by the broker", kind, word };
}

const EVIDENCE_WORDS = {
  confirmed: "The node acknowledged it.",
  failed: "The gateway reports a communication error.",
  burst: "It sent all its values within half a minute.",
  consistent: "Its reports since then fit.",
  drift: "Some of its reports do not fit; a lost message looks the same.",
  none: "Nothing shows it: viaSens 1.8 has no answer, and too few reports came since.",
} as const;

function doneStep({ evidence }: DeviceSettingsReply): Step {
  const name = "Applied by the node";
  if (evidence === "drift") return { name, kind: "wait", word: "Suspected drift" };
  if (evidence === "failed") return { name, kind: "wrong", word: "Communication error" };
  if (evidence === "none") return { name, kind: "off", word: "Not known" };
  return { name, kind: "on", word: evidence === "confirmed" ? "Yes" : "It seems so" };
}

type DifferencesProps = {
  readonly title: string;
  readonly changes: ReturnType<typeof changesBetween>;
};

function Differences({ title, changes }: DifferencesProps) {
  return (
    <div className="stack">
      <h3>{title}</h3>
      <ul className="settings-differences">
        {changes.map(({ key, title, before, after }) => (
          <li key={key}>
            {title} <span className="dim num">{before}</span> → <b className="num">{after}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The node lives and one of its sensors does not. */
function Silent({ checks }: Pick<DeviceSettingsReply, "checks">) {
  const silent = checks.filter(({ silentSince }) => silentSince !== null);
  if (silent.length === 0) return null;
  return (
    <div className="stack">
      <h3>Sensors that say nothing</h3>
      <ul className="settings-differences">
        {silent.map(({ channel, name, silentSince }) => (
          <li key={channel}>
            {name} <span className="dim num">since {formatDateTime(silentSince ?? "")}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const WHY_WORDS = {
  late: "later than the report time allows",
  early: "sooner than the dead time allows",
  small: "before its time, with too small a change",
} as const;

/** The gaps that make it suspect, for whoever wants to judge by himself. */
function Suspects({ checks }: Pick<DeviceSettingsReply, "checks">) {
  const suspected = checks.filter(({ suspects }) => suspects.length > 0);
  if (suspected.length === 0) return null;
  return (
    <div className="stack">
      <h3>Reports that do not fit</h3>
      <ul className="settings-differences">
        {suspected.flatMap(({ channel, name, gaps, suspects }) =>
          suspects.slice(-3).map(({ from, to, why }) => (
            <li key={`${channel} ${from}`} className="num">
              {name}, {formatTime(from)} to {formatTime(to)}:{" "}
              <b>{formatSpan(Date.parse(to) - Date.parse(from))}</b>, {WHY_WORDS[why]}{" "}
              <span className="dim">({`${suspects.length} of ${gaps} gaps`})</span>
            </li>
          )),
        )}
      </ul>
    </div>
  );
}
