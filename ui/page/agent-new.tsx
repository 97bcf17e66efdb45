import { type FormEvent, useState } from "react";
import type { IssuedReply } from "../../src/api/contract.ts";
import { type Draft, draftOf } from "../agent-kinds.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { Options } from "../part/options.tsx";
import { Page } from "../part/page.tsx";
import { useAsk } from "../query.ts";
import { AgentFields, AgentKindOptions, AgentPreview } from "./agent-draft.tsx";
import { AgentIssued } from "./agent-issued.tsx";
import "./agents.css";

type Credential = "password" | "certificate" | "both";

const CREDENTIALS = [
  {
    value: "password",
    name: "Password",
    words: "A user name and a long random password. Quickest to try.",
  },
  {
    value: "certificate",
    name: "Certificate",
    words: "A key and a certificate of the built-in CA, over TLS. Nothing that can be guessed.",
  },
  { value: "both", name: "Both", words: "Try with the password, run with the certificate." },
] as const;

const FIRST: Draft = { kind: "viasens", name: "", tenant: "", publish: "", subscribe: "" };

/** From a kind of device to its first message, on one page. */
export function AgentNewPage() {
  const [issued, setIssued] = useState<IssuedReply | null>(null);
  return (
    <Page
      title={issued ? issued.agent.name : "New agent"}
      path={[{ name: "Agents", link: { to: "/agents" } }]}
    >
      {issued ? <AgentIssued issued={issued} isFirst /> : <Form onIssued={setIssued} />}
    </Page>
  );
}

function Form({ onIssued }: { readonly onIssued: (issued: IssuedReply) => void }) {
  const [draft, setDraft] = useState(FIRST);
  const [credential, setCredential] = useState<Credential>("password");
  const create = useAsk("POST /agents", ["GET /agents", "GET /overview"]);
  const { errors, rights, tenantWord } = draftOf(draft);
  const isReady =
    draft.name !== "" &&
    (tenantWord === undefined || draft.tenant !== "") &&
    Object.keys(errors).length === 0;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const { kind, name, tenant } = draft;
    const body = {
      ...{ kind, name, credential },
      ...(tenantWord === undefined ? {} : { tenant }),
      ...(kind === "plain"
        ? { grant: { publish: [...rights.publish], subscribe: [...rights.subscribe] } }
        : {}),
    };
    create.mutate({ body }, { onSuccess: onIssued });
  };
  return (
    <form className="agent-new" onSubmit={onSubmit}>
      <div className="stack">
        <Card title="1. What will connect?">
          <AgentKindOptions kind={draft.kind} onChange={(kind) => setDraft({ ...draft, kind })} />
        </Card>
        <Card title="2. What is it called?">
          <AgentFields draft={draft} onChange={setDraft} />
        </Card>
        <Card title="3. How does it prove who it is?">
          <Options
            label="Credential"
            options={CREDENTIALS}
            value={credential}
            onChange={setCredential}
          />
        </Card>
      </div>
      <aside className="agent-aside">
        <AgentPreview draft={draft} />
        <ProblemNote problem={create.error} />
        <Button type="submit" kind="primary" busy={create.isPending} disabled={!isReady}>
          Create agent
        </Button>
      </aside>
    </form>
  );
}
