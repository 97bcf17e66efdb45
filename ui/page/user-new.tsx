import { type FormEvent, useId, useState } from "react";
import { LIMIT } from "../../src/domain/limit.ts";
import { ROLES, type Role } from "../../src/domain/permission.ts";
import { formatName } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { SelectField, TextField } from "../part/field.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";
import { ROLE_WORDS } from "../role-words.ts";

export function NewUser({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const create = useAsk("POST /users", ["GET /users"]);
  const form = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { body: { name, password, role } },
      {
        onSuccess: () => {
          say(`${name} may sign in`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title="New user"
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
            disabled={name.trim() === "" || password.length < LIMIT.passwordChars}
          >
            Create user
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
          autoComplete="off"
          autoCapitalize="none"
          maxLength={128}
          required
        />
        <RoleField role={role} onChange={setRole} />
        <TextField
          label="First password"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          hint={`At least ${LIMIT.passwordChars} characters. Tell it in person.`}
          required
        />
      </form>
    </Dialog>
  );
}

type RoleFieldProps = {
  readonly role: Role;
  readonly onChange: (role: Role) => void;
  readonly disabled?: boolean;
};

export function RoleField({ role, onChange, disabled = false }: RoleFieldProps) {
  return (
    <SelectField
      label="Role"
      value={role}
      onChange={onChange}
      disabled={disabled}
      hint={ROLE_WORDS[role]}
      options={ROLES.map((value) => ({ value, label: formatName(value) }))}
    />
  );
}
