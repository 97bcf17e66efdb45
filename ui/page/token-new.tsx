import { useState } from "react";
import type { Role } from "../../src/domain/permission.ts";
import { Button } from "../part/button.tsx";
import { CopyBlock } from "../part/copy.tsx";
import { Dialog } from "../part/dialog.tsx";
import { SelectField, TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { useAsk } from "../query.ts";
import { live } from "../use-live.ts";
import { RoleField } from "./user-new.tsx";

const DAY_MS = 86_400_000;
const ENDS = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "never", label: "Never" },
] as const;
type End = (typeof ENDS)[number]["value"];

export function NewToken({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [end, setEnd] = useState<End>("90");
  const create = useAsk("POST /tokens", ["GET /tokens"]);
  const onSubmit = () => {
    const expiresAt = end === "never" ? {} : { expiresAt: Math.round(live.now()) + daysOf(end) };
    create.mutate({ body: { name, role, ...expiresAt } });
  };
  if (create.data) return <Shown token={create.data.token} name={name} onClose={onClose} />;
  return (
    <FormDialog
      title="New API token"
      verb="Create token"
      busy={create.isPending}
      problem={create.error}
      isReady={name.trim() !== ""}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        hint="Which program it is for."
        maxLength={128}
        required
      />
      <RoleField role={role} onChange={setRole} />
      <SelectField label="Ends" value={end} onChange={setEnd} options={ENDS} />
    </FormDialog>
  );
}

type ShownProps = { readonly token: string; readonly name: string; readonly onClose: () => void };

function Shown({ token, name, onClose }: ShownProps) {
  const line = `curl -H 'Authorization: Bearer ${token}' ${location.origin}/api/v1/overview`;
  return (
    <Dialog
      title={`The token of ${name}`}
      open
      onClose={onClose}
      wide
      actions={
        <Button kind="primary" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      <p>It is shown this once: the server keeps only a hash of it.</p>
      <CopyBlock text={token} label="Copy the token" />
      <p className="dim">To try it:</p>
      <CopyBlock text={line} label="Copy the command" />
    </Dialog>
  );
}

function daysOf(end: Exclude<End, "never">): number {
  return Number(end) * DAY_MS;
}
