import type { ReactNode } from "react";
import { formatDateTime } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { Table } from "../part/table.tsx";
import {
  changesBetween,
  type FormChange,
  type FormParameters,
  type FormSection,
  initialValues,
  readForm,
} from "../schema-form.ts";
import type { CommandSending } from "../use-command.ts";
import type { LastSent } from "../use-last-sent.ts";

type ConfirmSettingsProps = {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly sections: readonly FormSection[];
  readonly parameters: FormParameters;
  readonly last: LastSent | null;
  readonly kind: "act" | "configure";
  /** What is so at this moment, where that is known. */
  readonly now?: ReactNode;
  readonly sending: CommandSending;
  readonly onSend: () => void;
};

/** The second step: what it says, or what will be another than before; then it is sent. */
export function ConfirmSettings(props: ConfirmSettingsProps) {
  const { open, onClose, kind, sending, onSend } = props;
  return (
    <Dialog
      title={kind === "act" ? "Send this command?" : "Send these settings?"}
      open={open}
      onClose={onClose}
      wide
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={sending.isSending} onClick={onSend}>
            Send to device
          </Button>
        </>
      }
    >
      {kind === "act" ? <Wish {...props} /> : <Difference {...props} />}
      <ProblemNote problem={sending.problem} />
    </Dialog>
  );
}

/** What passes is compared with nothing that was sent before. */
function Wish({ sections, parameters, now }: ConfirmSettingsProps) {
  const rows = changesBetween(sections, {}, parameters);
  return (
    <>
      {now && <p>{now}</p>}
      <div className="settings-changes">
        <Table
          label="The command"
          rows={rows}
          rowKey={({ key }) => key}
          columns={[
            { head: "Field", cell: ({ title }) => <span className="dim">{title}</span> },
            { head: "Is sent", cell: ({ after }) => <b>{after}</b> },
          ]}
        />
      </div>
    </>
  );
}

function Difference({ sections, parameters, last }: ConfirmSettingsProps) {
  const before = last?.parameters ?? readForm(sections, initialValues(sections)).parameters;
  const changes = changesBetween(sections, before, parameters);
  return (
    <>
      <p>{introduction(changes, last)}</p>
      {changes.length > 0 && <Changes changes={changes} />}
      <p className="dim">
        The broker keeps it: the gateway reads it again after a restart, until other settings
        replace it. The device gives no answer of its own; most send all their values once when new
        settings arrive.
      </p>
    </>
  );
}

function Changes({ changes }: { readonly changes: readonly FormChange[] }) {
  return (
    <div className="settings-changes">
      <Table
        label="Changes"
        rows={changes}
        rowKey={({ key }) => key}
        columns={[
          { head: "Setting", cell: ({ title }) => title },
          { head: "Before", cell: ({ before }) => <span className="dim">{before}</span> },
          { head: "After", cell: ({ after }) => <b>{after}</b> },
        ]}
      />
    </div>
  );
}

function introduction(changes: readonly FormChange[], last: LastSent | null): string {
  const against = last
    ? `what ${last.actor} sent on ${formatDateTime(last.at)}`
    : "the specification's own values; nothing was sent from here before";
  if (changes.length === 0) return `Nothing differs from ${against}. It can be sent again.`;
  const count = changes.length === 1 ? "One setting differs" : `${changes.length} settings differ`;
  return `${count} from ${against}.`;
}
