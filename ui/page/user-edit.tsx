import { type FormEvent, useId, useState } from "react";
import type { UserReply } from "../../src/api/contract.ts";
import { LIMIT } from "../../src/domain/limit.ts";
import { Button } from "../part/button.tsx";
import { Confirm, Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { CheckField, TextField } from "../part/field.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";
import { useMe } from "../session.ts";
import { RoleField } from "./user-new.tsx";

type EditUserProps = { readonly user: UserReply; readonly onClose: () => void };

/** Role, state and a new password; the server keeps the last administrator from leaving. */
export function EditUser({ user, onClose }: EditUserProps) {
  const [role, setRole] = useState(user.role);
  const [disabled, setDisabled] = useState(user.disabled);
  const [password, setPassword] = useState("");
  const [isRemoving, setRemoving] = useState(false);
  const save = useAsk("PATCH /users/:id", ["GET /users", "GET /session"]);
  const isMe = useMe().name === user.name;
  const form = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const body = { role, disabled, ...(password === "" ? {} : { password }) };
    const onSuccess = () => {
      say("Saved");
      onClose();
    };
    save.mutate({ params: { id: user.id }, body }, { onSuccess });
  };
  if (isRemoving) return <RemoveUser user={user} onClose={onClose} />;
  return (
    <Dialog
      title={`Change ${user.name}`}
      open
      onClose={onClose}
      actions={
        <>
          {!isMe && (
            <Button kind="danger" onClick={() => setRemoving(true)}>
              Remove
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} kind="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <ProblemNote problem={save.error} />
      <form id={form} className="stack" onSubmit={onSubmit}>
        <RoleField role={role} onChange={setRole} disabled={isMe} />
        <CheckField
          label="May sign in"
          checked={!disabled}
          disabled={isMe}
          onChange={(may) => setDisabled(!may)}
        />
        <TextField
          label="New password"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          minLength={LIMIT.passwordChars}
          hint="Left empty, it stays. A new one ends all sessions of this user."
        />
      </form>
    </Dialog>
  );
}

function RemoveUser({ user, onClose }: EditUserProps) {
  const remove = useAsk("DELETE /users/:id", ["GET /users"]);
  return (
    <Confirm
      title={`Remove ${user.name}?`}
      verb="Remove"
      open
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { id: user.id } }, { onSuccess: onClose })}
    >
      <ProblemNote problem={remove.error} />
      <p>All sessions end now. What was done stays in the journal under this name.</p>
    </Confirm>
  );
}
