import { RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import type { DeviceSettingsReply } from "../../src/api/contract.ts";
import { formatDateTime } from "../format.ts";
import { State, type StateKind } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { changesBetween, type FormParameters, type FormSection } from "../schema-form.ts";
import { useMay } from "../session.ts";
import { SettingsSuspects } from "./settings-suspects.tsx";

type SettingsStateProps = {
  readonly told: DeviceSettingsReply;
  readonly sections: readonly FormSection[];
  /** Takes what the broker keeps into the form. */
  readonly onTake: (settings: FormParameters) => void;
  /** What was sent already goes out once more. */
  readonly onRepeat: () => void;
  readonly isSending: boolean;
};

type Step = { readonly name: string; readonly kind: StateKind; readonly word: string };

/** Meant, sent, kept, done: how far settings have come, and where they differ. */
export function SettingsState(props: SettingsStateProps) {
  const { told, sections, onTake } = props;
  const { sent, meant, kept } = told;
  const unsent = sent ? changesBetween(sections, sent.parameters, meant) : [];
  const theirs = kept.parameters && kept.is === "other" ? kept.parameters : null;
  return (
    <Card title="How far it has come" actions={unsent.length === 0 && <Repeat {...props} />}>
      <ol className="settings-steps">
        <StepItem step={sentStep(told, unsent.length)}>
          {sent && `${formatDateTime(sent.at)} by ${sent.actor}`}
        </StepItem>
        <StepItem step={keptStep(told)}>
          {kept.by && `by ${kept.by.agent}, ${formatDateTime(kept.by.at)}`}
        </StepItem>
        <StepItem step={doneStep(told)}>{sent && EVIDENCE_WORDS[told.evidence]}</StepItem>
      </ol>
      {theirs && <Theirs told={told} theirs={theirs} sections={sections} onTake={onTake} />}
      {unsent.length > 0 && <Differences title="Meant, and not sent yet" changes={unsent} />}
      <Silent checks={told.checks} />
      <SettingsSuspects checks={told.checks} />
    </Card>
  );
}

type TheirsProps = Pick<SettingsStateProps, "told" | "sections" | "onTake"> & {
  readonly theirs: FormParameters;
};

function Theirs({ told: { sent, meant }, theirs, sections, onTake }: TheirsProps) {
  const mayCommand = useMay("command");
  return (
    <div className="settings-theirs">
      <Differences
        title={sent ? "Kept there instead of what was sent" : "Kept there by somebody else"}
        changes={changesBetween(sections, sent?.parameters ?? meant, theirs)}
      />
      {mayCommand && <Button onClick={() => onTake(theirs)}>Take theirs into the form</Button>}
    </div>
  );
}

/** What was sent goes out once more, where that may help. */
function Repeat({ told, onRepeat, isSending }: SettingsStateProps) {
  const mayCommand = useMay("command");
  if (!mayCommand || told.sent === null || !needsRepeat(told)) return null;
  return (
    <Button icon={RotateCcw} busy={isSending} onClick={onRepeat}>
      {told.kept.is === "other" ? "Send ours again" : "Send it again"}
    </Button>
  );
}

/** Where the broker, the gateway or the node does not have what was sent, as far as is known. */
function needsRepeat({ kept, evidence }: DeviceSettingsReply): boolean {
  const isKept = kept.is !== "other" && kept.is !== "absent";
  return !isKept || ["failed", "unanswered", "drift"].includes(evidence);
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
  failed: "The gateway says that it could not bring it to the node.",
  unanswered: "Its gateway acknowledges orders, and did not acknowledge this one.",
  burst: "It sent all its values within half a minute.",
  consistent: "Its reports since then fit.",
  drift: "Some of its reports do not fit; a lost message looks the same.",
  none: "Nothing shows it: viaSens 1.8 has no answer, and too few reports came since.",
} as const;

function doneStep({ evidence }: DeviceSettingsReply): Step {
  const name = "Applied by the node";
  if (evidence === "drift") return { name, kind: "wait", word: "Suspected drift" };
  if (evidence === "failed" || evidence === "unanswered")
    return { name, kind: "wrong", word: "Communication error" };
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
