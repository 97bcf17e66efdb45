import { ShieldPlus } from "lucide-react";
import { useState } from "react";
import type { AuthorityReply } from "../../src/api/contract.ts";
import { State } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { CopyBlock } from "../part/copy.tsx";
import { Empty, ProblemNote } from "../part/empty.tsx";
import { TextArea, TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { type Column, Table } from "../part/table.tsx";
import { TypedConfirm } from "../part/typed-confirm.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { Expiry } from "./agent-parts.tsx";

type Open =
  | { readonly what: "upload" }
  | { readonly what: "verify" | "remove"; readonly authority: AuthorityReply };

/** Who else may sign agents' certificates: two authorities a tenant, beside the built-in one. */
export function Authorities() {
  const [open, setOpen] = useState<Open | null>(null);
  const [maySee, mayChange] = [useMay("engineer"), useMay("administer")];
  const { data, error, refetch } = useReply("GET /authorities", {}, { when: maySee });
  const close = () => setOpen(null);
  if (!maySee) return null;
  return (
    <Card
      title="Certificate authorities of tenants"
      flush
      actions={
        mayChange && (
          <Button icon={ShieldPlus} onClick={() => setOpen({ what: "upload" })}>
            Upload
          </Button>
        )
      }
    >
      <ProblemNote problem={error} onRetry={() => void refetch()} />
      {data && data.items.length === 0 && (
        <Empty title="Only the built-in authority signs for agents">
          A MindSphere tenant may bring two of its own. Agents whose certificates they sign come in
          without being made here first.
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <Table
          label="Certificate authorities"
          rows={data.items}
          rowKey={({ id }) => id}
          columns={mayChange ? [...COLUMNS, changes(setOpen)] : COLUMNS}
        />
      )}
      {open?.what === "upload" && <Upload onClose={close} />}
      {open?.what === "verify" && <Verify authority={open.authority} onClose={close} />}
      {open?.what === "remove" && <Remove authority={open.authority} onClose={close} />}
    </Card>
  );
}

const COLUMNS: readonly Column<AuthorityReply>[] = [
  { head: "Tenant", cell: ({ tenant }) => tenant },
  { head: "Authority", grow: true, wide: true, cell: ({ name }) => name },
  {
    head: "State",
    cell: ({ state }) => (
      <State kind={state === "verified" ? "on" : "off"}>
        {state === "verified" ? "Verified" : "To be verified"}
      </State>
    ),
  },
  { head: "Good until", wide: true, cell: ({ expiresAt }) => <Expiry at={expiresAt} /> },
];

function changes(onOpen: (open: Open) => void): Column<AuthorityReply> {
  return {
    head: "",
    align: "right",
    cell: (authority) => (
      <span className="row">
        {authority.state === "unverified" && (
          <Button onClick={() => onOpen({ what: "verify", authority })}>Verify</Button>
        )}
        <Button onClick={() => onOpen({ what: "remove", authority })}>Remove</Button>
      </span>
    ),
  };
}

type Closing = { readonly onClose: () => void };
type OfOne = Closing & { readonly authority: AuthorityReply };

function Upload({ onClose }: Closing) {
  const [tenant, setTenant] = useState("");
  const [certificatePem, setPem] = useState("");
  const upload = useAsk("POST /authorities", ["GET /authorities"]);
  if (upload.data) return <Verify authority={upload.data} onClose={onClose} />;
  return (
    <FormDialog
      title="Upload a certificate authority"
      verb="Upload"
      busy={upload.isPending}
      problem={upload.error}
      isReady={tenant.trim() !== "" && certificatePem.includes("BEGIN CERTIFICATE")}
      onSubmit={() => upload.mutate({ body: { tenant: tenant.trim(), certificatePem } })}
      onClose={onClose}
    >
      <TextField
        label="Tenant"
        value={tenant}
        onChange={setTenant}
        hint="Client ids of its agents begin with it: tenant_name."
        mono
        required
      />
      <TextArea
        label="Certificate"
        value={certificatePem}
        onChange={setPem}
        hint="As PEM, from BEGIN CERTIFICATE to END CERTIFICATE. Never its key."
        rows={8}
        mono
      />
    </FormDialog>
  );
}

const SIGN = "openssl x509 -req -in verify.csr -CA ca.pem -CAkey ca.key";

/** The three commands that Siemens' documents show, with the code already in them. */
function commandsFor({ registrationCode }: AuthorityReply): string {
  return [
    "openssl genrsa -out verify.key 2048",
    `openssl req -new -key verify.key -subj "/CN=${registrationCode}" -out verify.csr`,
    `${SIGN} -CAcreateserial -days 30 -sha256 -out verify.pem`,
  ].join("\n");
}

function Verify({ authority, onClose }: OfOne) {
  const [certificatePem, setPem] = useState("");
  const verify = useAsk("POST /authorities/:id/verify", ["GET /authorities"], onClose);
  return (
    <FormDialog
      title={`Verify ${authority.name}`}
      verb="Verify"
      busy={verify.isPending}
      problem={verify.error}
      isReady={certificatePem.includes("BEGIN CERTIFICATE")}
      onSubmit={() => verify.mutate({ params: { id: authority.id }, body: { certificatePem } })}
      onClose={onClose}
    >
      <p>
        Show that you have its key: sign a certificate with it whose name is the registration code.
        The key stays with you; until then the authority lets nobody in.
      </p>
      <CopyBlock text={commandsFor(authority)} label="Copy the commands" />
      <TextArea
        label="verify.pem"
        value={certificatePem}
        onChange={setPem}
        hint="What the last command has written."
        rows={6}
        mono
      />
    </FormDialog>
  );
}

function Remove({ authority, onClose }: OfOne) {
  const remove = useAsk("DELETE /authorities/:id", ["GET /authorities", "GET /agents"], onClose);
  return (
    <TypedConfirm
      title={`Remove ${authority.name}`}
      verb="Remove"
      word={authority.tenant}
      open
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { id: authority.id } })}
    >
      <ProblemNote problem={remove.error} />
      <p>Agents that it let in are disconnected at once and stay out.</p>
    </TypedConfirm>
  );
}
