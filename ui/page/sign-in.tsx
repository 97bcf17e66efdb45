import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { call, ProblemError } from "../api.ts";
import { Button } from "../part/button.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { Gate } from "../part/gate.tsx";
import { sessionQuery } from "../session.ts";

const route = getRouteApi("/sign-in");

export function SignInPage() {
  const { back } = route.useSearch();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { signIn, problem, isBusy } = useSignIn(back);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void signIn({ name, password }).then((done) => !done && setPassword(""));
  };
  return (
    <Gate
      title="Sign in"
      {...(back && back !== "/" ? { lead: "Then you go on where you were." } : {})}
    >
      <form className="gate-form" onSubmit={onSubmit}>
        <ProblemNote problem={problem} />
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
        />
        <TextField
          label="Password"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          required
        />
        <Button type="submit" kind="primary" busy={isBusy}>
          Sign in
        </Button>
      </form>
    </Gate>
  );
}

function useSignIn(back: string | undefined) {
  const client = useQueryClient();
  const router = useRouter();
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const signIn = async (body: { name: string; password: string }): Promise<boolean> => {
    setBusy(true);
    try {
      const me = await call("POST /session", { body });
      client.clear();
      client.setQueryData(sessionQuery.queryKey, me);
      router.history.push(isOwnPage(back) ? back : "/");
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
      setBusy(false);
      return false;
    }
  };
  return { signIn, problem, isBusy };
}

/** Only a path of this very site: a link must not send a person elsewhere after sign-in. */
function isOwnPage(back: string | undefined): back is string {
  return back !== undefined && /^\/(?![/\\])/.test(back);
}
