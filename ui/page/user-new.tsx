import { useState } from "react";
import { LIMIT } from "../../src/domain/limit.ts";
import { ROLES, type Role } from "../../src/domain/permission.ts";
import { formatName } from "../format.ts";
import { SelectField, TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";
import { ROLE_WORDS } from "../role-words.ts";

export function NewUser({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const create = useAsk("POST /users", ["GET /users"]);
  const onSubmit = () => {
    const onSuccess = () => {
      say(`${name} may sign in`);
      onClose();
    };
    create.mutate({ body: { name, password, role } }, { onSuccess });
  };
  return (
    <FormDialog
      title="New user"
      verb="Create user"
      busy={create.isPending}
      problem={create.error}
      isReady={name.trim() !== "" && password.length >= LIMIT.passwordChars}
      onSubmit={onSubmit}
      onClose={onClose}
    >
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
    </FormDialog>
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
