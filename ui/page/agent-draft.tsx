import type { AgentKind } from "../../src/domain/agent.ts";
import { type Draft, draftOf, KIND_WORDS, KINDS_IN_ORDER } from "../agent-kinds.ts";
import { formatName } from "../format.ts";
import { Card } from "../part/card.tsx";
import { Facts } from "../part/facts.tsx";
import { TextArea, TextField } from "../part/field.tsx";
import { Options } from "../part/options.tsx";

type KindProps = {
  readonly kind: AgentKind;
  readonly onChange: (kind: AgentKind) => void;
};

export function AgentKindOptions({ kind, onChange }: KindProps) {
  return (
    <Options
      label="Kind of agent"
      columns={2}
      options={KINDS_IN_ORDER.map((value) => ({
        value,
        name: KIND_WORDS[value].name,
        words: KIND_WORDS[value].sentence,
      }))}
      value={kind}
      onChange={onChange}
    />
  );
}

type FieldsProps = { readonly draft: Draft; readonly onChange: (draft: Draft) => void };

export function AgentFields({ draft, onChange }: FieldsProps) {
  const { errors, tenantWord } = draftOf(draft);
  const words = KIND_WORDS[draft.kind];
  return (
    <div className="form-grid">
      {tenantWord !== undefined && (
        <TextField
          label={formatName(tenantWord)}
          value={draft.tenant}
          onChange={(tenant) => onChange({ ...draft, tenant })}
          placeholder={words.tenantExample}
          error={errors.tenant}
          spellCheck={false}
          autoCapitalize="none"
          required
        />
      )}
      <TextField
        label="Name"
        value={draft.name}
        onChange={(name) => onChange({ ...draft, name })}
        placeholder={words.example}
        error={errors.name}
        spellCheck={false}
        autoCapitalize="none"
        required
      />
      {draft.kind === "plain" && (
        <>
          <TextArea
            label="May publish"
            hint="One topic filter a line, + and # as in MQTT."
            value={draft.publish}
            onChange={(publish) => onChange({ ...draft, publish })}
            error={errors.publish}
            rows={3}
            mono
          />
          <TextArea
            label="May subscribe"
            hint="One topic filter a line."
            value={draft.subscribe}
            onChange={(subscribe) => onChange({ ...draft, subscribe })}
            error={errors.subscribe}
            rows={3}
            mono
          />
        </>
      )}
    </div>
  );
}

/** How it will be known to the broker, while its name is typed. */
export function AgentPreview({ draft }: { readonly draft: Draft }) {
  const { clientId, rights } = draftOf(draft);
  const isExample = draft.name === "";
  return (
    <Card title="It will connect as" meta={isExample ? "for example" : ""}>
      <Facts
        facts={[
          ["Client id", <code key="id">{clientId}</code>],
          ["User name", <code key="user">{clientId}</code>],
          ["May publish", <Filters key="publish" of={rights.publish} />],
          ["May subscribe", <Filters key="subscribe" of={rights.subscribe} />],
        ]}
      />
    </Card>
  );
}

/** Topic filters, one a line. */
export function Filters({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return <span className="hint">nothing</span>;
  return (
    <ul className="topic-filters">
      {of.map((filter) => (
        <li key={filter}>
          <code>{filter}</code>
        </li>
      ))}
    </ul>
  );
}
