import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { LIMIT } from "../../src/domain/limit.ts";
import { Button } from "../part/button.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { Gate } from "../part/gate.tsx";
import { type Strength, strengthOf } from "../password.ts";
import { useAsk } from "../query.ts";
import { sessionQuery } from "../session.ts";
import "./setup.css";

const RULES =
  `At least ${LIMIT.passwordChars} characters. ` +
  "Four words that nobody would put together are better than signs and digits.";

type SetUpOwnerProps = { readonly token: string; readonly onDone: () => void };

export function SetUpOwner({ token, onDone }: SetUpOwnerProps) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const client = useQueryClient();
  const create = useAsk("POST /setup", []);
  const strength = strengthOf(password, name);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { body: { token, name, password } },
      {
        onSuccess: (me) => {
          client.setQueryData(sessionQuery.queryKey, me);
          // The token has done its work: it need not stay in the address.
          history.replaceState(history.state, "", "/setup");
          onDone();
        },
      },
    );
  };
  return (
    <Gate
      step="Step 1 of 2"
      title="Who owns this Fieldline?"
      lead="The first administrator. Others can be added later. Nothing leaves this machine."
    >
      <form className="gate-form" onSubmit={onSubmit}>
        <ProblemNote problem={create.error} />
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={128}
          required
          autoFocus
        />
        <div className="stack">
          <TextField
            label="Password"
            type="password"
            value={password}
            onChange={setPassword}
            autoComplete="new-password"
            hint={RULES}
            required
          />
          <StrengthBar strength={strength} isShown={password !== ""} />
        </div>
        <Button
          type="submit"
          kind="primary"
          busy={create.isPending}
          disabled={name.trim() === "" || strength.level === 0}
        >
          Continue
        </Button>
      </form>
    </Gate>
  );
}

function StrengthBar({ strength, isShown }: { strength: Strength; isShown: boolean }) {
  return (
    <div className="strength">
      <span className={`strength-bar level-${isShown ? strength.level : "none"}`} aria-hidden>
        <i />
        <i />
        <i />
      </span>
      <span className="hint num" aria-live="polite">
        {isShown ? strength.words : ""}
      </span>
    </div>
  );
}
