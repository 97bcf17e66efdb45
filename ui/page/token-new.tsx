import { type FormEvent, useId, useState } from "react";
import type { Role } from "../../src/domain/permission.ts";
import { Button } from "../part/button.tsx";
import { CopyBlock } from "../part/copy.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { SelectField, TextField } from "../part/field.tsx";
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
  const form = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const expiresAt = end === "never" ? {} : { expiresAt: Math.round(live.now()) + daysOf(end) };
    create.mutate({ body: { name, role, ...expiresAt } });
  };
  if (create.data) return <Shown token={create.data.token} name={name} onClose={onClose} />;
  return (
    <Dialog
      title="New API token"
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            kind="primary"
            busy={create.isPending}
            disabled={name.trim() === ""}
          >
            Create token
          </Button>
        </>
      }
    >
      <ProblemNote problem={create.error} />
      <form id={form} className="stack" onSubmit={onSubmit}>
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
      </form>
    </Dialog>
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
