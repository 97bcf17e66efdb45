import { Send } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { CommandTypeReply } from "../../src/api/contract.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { SchemaFields } from "../part/schema-fields.tsx";
import type { FormErrors, FormSection, FormValues } from "../schema-form.ts";
import { useMay } from "../session.ts";
import type { CommandSending, CommandWish } from "../use-command.ts";
import type { LastSent } from "../use-last-sent.ts";
import { ConfirmSettings } from "./confirm-settings.tsx";
import { SentMessage } from "./sent-message.tsx";

const NO_DOUBTS = {};

type SettingsSheetProps = {
  readonly type: CommandTypeReply;
  readonly meta: string;
  readonly sections: readonly FormSection[];
  readonly values: FormValues;
  readonly errors: FormErrors;
  readonly doubts?: Readonly<Record<string, string>>;
  readonly notes?: Readonly<Record<string, ReactNode>>;
  /** Null while a field is wrong. */
  readonly wish: CommandWish | null;
  readonly last: LastSent | null;
  readonly sending: CommandSending;
  readonly now?: ReactNode;
  readonly above?: ReactNode;
  readonly below?: ReactNode;
  readonly onChange: (values: FormValues) => void;
  /** `onSent` closes the question whether it is meant. */
  readonly onSend: (wish: CommandWish, onSent: () => void) => void;
};

/** The fields of a command, the message that they make, and the question before it is sent. */
export function SettingsSheet(props: SettingsSheetProps) {
  const { type, meta, sections, values, errors, doubts = NO_DOUBTS, notes = {}, wish } = props;
  const { last, sending, now, above, below, onChange, onSend } = props;
  const mayCommand = useMay("command");
  const [isConfirming, setConfirming] = useState(false);
  return (
    <>
      <Card
        title={type.title}
        meta={meta}
        actions={
          mayCommand && (
            <Button kind="primary" icon={Send} disabled={!wish} onClick={() => setConfirming(true)}>
              Send …
            </Button>
          )
        }
      >
        {above}
        <SchemaFields
          sections={sections}
          values={values}
          errors={errors}
          doubts={doubts}
          notes={notes}
          onChange={(key, text) => onChange({ ...values, [key]: text })}
        />
        {below}
      </Card>
      <SentMessage wish={wish} />
      {wish && (
        <ConfirmSettings
          open={isConfirming}
          onClose={() => setConfirming(false)}
          sections={sections}
          parameters={wish.parameters}
          last={last}
          kind={type.kind}
          now={now}
          sending={sending}
          onSend={() => onSend(wish, () => setConfirming(false))}
        />
      )}
    </>
  );
}
