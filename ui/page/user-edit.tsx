import { useState } from "react";
import type { RouteName, UserReply } from "../../src/api/contract.ts";
import { LIMIT } from "../../src/domain/limit.ts";
import { Button } from "../part/button.tsx";
import { Confirm } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { CheckField, TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";
import { useMe } from "../session.ts";
import { useUndo } from "../use-undo.ts";
import { RoleField } from "./user-new.tsx";

const CHANGES: readonly RouteName[] = ["GET /users", "GET /session"];

type EditUserProps = { readonly user: UserReply; readonly onClose: () => void };

/** Role, state and a new password; the server keeps the last administrator from leaving. */
export function EditUser({ user, onClose }: EditUserProps) {
  const [role, setRole] = useState(user.role);
  const [disabled, setDisabled] = useState(user.disabled);
  const [password, setPassword] = useState("");
  const [isRemoving, setRemoving] = useState(false);
  const save = useAsk("PATCH /users/:id", CHANGES);
  const isMe = useMe().name === user.name;
  const undo = useUndo();
  const params = { id: user.id };
  const onSubmit = () => {
    const onSuccess = () => {
      const before = { role: user.role, disabled: user.disabled };
      // A password is nowhere kept, so it does not come back.
      if (password === "") undo("Saved", "PATCH /users/:id", { params, body: before }, CHANGES);
      else say("Saved");
      onClose();
    };
    const body = { role, disabled, ...(password === "" ? {} : { password }) };
    save.mutate({ params, body }, { onSuccess });
  };
  if (isRemoving) return <RemoveUser user={user} onClose={onClose} />;
  return (
    <FormDialog
      title={`Change ${user.name}`}
      verb="Save"
      busy={save.isPending}
      problem={save.error}
      aside={
        !isMe && (
          <Button kind="danger" onClick={() => setRemoving(true)}>
            Remove
          </Button>
        )
      }
      onSubmit={onSubmit}
      onClose={onClose}
    >
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
    </FormDialog>
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
