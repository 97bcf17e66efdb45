import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { draftOf, type LayoutDraft, newDraft, resultOf } from "../layout-form.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Confirm } from "../part/dialog.tsx";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { Page } from "../part/page.tsx";
import { useAsk, useReply } from "../query.ts";
import { LayoutFields } from "./layout-fields.tsx";
import { LayoutSample } from "./layout-sample.tsx";
import "./layout.css";

const PATH = [{ name: "Layouts", link: { to: "/layouts" } }] as const;

/** From the bytes of a message to names, values and units. */
export function LayoutNewPage() {
  const { topic, hex } = useSearch({ from: "/frame/layouts/new" });
  const create = useAsk("POST /layouts", ["GET /layouts"]);
  const navigate = useNavigate();
  const onSaved = { onSuccess: () => void navigate({ to: "/layouts" }) };
  return (
    <Page title="New layout" path={PATH}>
      <LayoutForm
        first={newDraft(topic, hex)}
        verb="Create layout"
        busy={create.isPending}
        problem={create.error}
        onSubmit={(body) => create.mutate({ body }, onSaved)}
      />
    </Page>
  );
}

export function LayoutPage() {
  const { layoutId: id } = useParams({ from: "/frame/layouts/$layoutId" });
  const layouts = useReply("GET /layouts", {});
  const change = useAsk("PUT /layouts/:id", ["GET /layouts"]);
  const [isLeaving, setLeaving] = useState(false);
  const navigate = useNavigate();
  const onSaved = { onSuccess: () => void navigate({ to: "/layouts" }) };
  const layout = layouts.data?.items.find((other) => other.id === id);
  return (
    <Page
      title={layout?.name ?? "Layout"}
      path={PATH}
      actions={
        layout && (
          <Button icon={Trash2} onClick={() => setLeaving(true)}>
            Remove
          </Button>
        )
      }
    >
      <ProblemNote problem={layouts.error} />
      {layouts.isPending && <Waiting />}
      {layouts.data && !layout && <p className="dim">Somebody has removed this layout.</p>}
      {layout && (
        <LayoutForm
          key={id}
          first={draftOf(layout)}
          verb="Save"
          busy={change.isPending}
          problem={change.error}
          onSubmit={(body) => change.mutate({ params: { id }, body }, onSaved)}
        />
      )}
      {layout && isLeaving && (
        <RemoveLayout id={id} name={layout.name} onClose={() => setLeaving(false)} />
      )}
    </Page>
  );
}

type LayoutFormProps = {
  readonly first: LayoutDraft;
  readonly verb: string;
  readonly busy: boolean;
  readonly problem: Parameters<typeof ProblemNote>[0]["problem"];
  readonly onSubmit: (body: NonNullable<ReturnType<typeof resultOf>["body"]>) => void;
};

function LayoutForm({ first, verb, busy, problem, onSubmit }: LayoutFormProps) {
  const [draft, setDraft] = useState(first);
  const [isTried, setTried] = useState(false);
  const { errors, body } = resultOf(draft);
  const shown = isTried ? errors : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (body) onSubmit(body);
  };
  return (
    <form className="layout" onSubmit={submit}>
      <Card title="1. Which messages?">
        <div className="layout-which">
          <TextField
            label="Name"
            value={draft.name}
            onChange={(name) => setDraft({ ...draft, name })}
            error={shown.name}
            maxLength={128}
          />
          <TextField
            label="Topics"
            mono
            value={draft.filter}
            onChange={(filter) => setDraft({ ...draft, filter })}
            hint="+ stands for any level, # for all that follow."
            error={shown.filter}
          />
          <TextField
            label="Device"
            mono
            value={draft.device}
            onChange={(device) => setDraft({ ...draft, device })}
            hint="{2} stands for the topic's second level."
            error={shown.device}
          />
        </div>
      </Card>
      <LayoutSample draft={draft} error={errors.sample} onChange={setDraft} />
      <LayoutFields draft={draft} error={shown.fields} onChange={setDraft} />
      <ProblemNote problem={problem} />
      <div className="row layout-end">
        <Button type="submit" kind="primary" busy={busy}>
          {verb}
        </Button>
      </div>
    </form>
  );
}

type RemoveProps = { readonly id: string; readonly name: string; readonly onClose: () => void };

function RemoveLayout({ id, name, onClose }: RemoveProps) {
  const remove = useAsk("DELETE /layouts/:id", ["GET /layouts"]);
  const navigate = useNavigate();
  const onConfirm = () => {
    const onSuccess = () => void navigate({ to: "/layouts" });
    remove.mutate({ params: { id } }, { onSuccess });
  };
  return (
    <Confirm
      title={`Remove ${name}?`}
      verb="Remove"
      open
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={onConfirm}
    >
      <ProblemNote problem={remove.error} />
      <p>What it has read stays in the history. Its messages are refused from now on.</p>
    </Confirm>
  );
}
