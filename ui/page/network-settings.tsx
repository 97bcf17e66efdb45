import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import type {
  CommandTypeReply,
  NetworkReply,
  TemplateReply,
} from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote } from "../part/empty.tsx";
import { SelectField } from "../part/field.tsx";
import { type Column, Table } from "../part/table.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { changesBetween, type FormSection, sectionsOf } from "../schema-form.ts";
import { useMay } from "../session.ts";
import { NetworkTopics } from "./network-topics.tsx";
import { PlaceLayers } from "./place-layers.tsx";
import { TemplateEdit } from "./template-edit.tsx";

type NetworkSettingsProps = { readonly network: NetworkReply; readonly type: CommandTypeReply };

/** What is laid down for the network and its places, and the templates that there are. */
export function NetworkSettings({ network, type }: NetworkSettingsProps) {
  const mayEngineer = useMay("engineer");
  const sections = useMemo(() => sectionsOf(type.parameters), [type.parameters]);
  const templates = useReply("GET /templates", {});
  const [edited, setEdited] = useState<TemplateReply | "new" | null>(null);
  const known = (templates.data?.items ?? []).filter(
    ({ driver, command }) => driver === network.driver && command === type.name,
  );
  return (
    <>
      <Layers network={network} type={type} templates={known} />
      <Card
        title="Templates"
        meta={formatCount(known.length, "template")}
        flush={known.length > 0}
        actions={
          mayEngineer && (
            <Button icon={Plus} onClick={() => setEdited("new")}>
              New template
            </Button>
          )
        }
      >
        {known.length === 0 ? (
          <Empty title="No template yet">
            A template names some fields and leaves the others to what lies below it.
          </Empty>
        ) : (
          <Table
            label="Templates"
            rows={known}
            rowKey={({ id }) => id}
            columns={columnsOf(sections, mayEngineer ? setEdited : undefined)}
          />
        )}
      </Card>
      {network.topics && <NetworkTopics key={network.id} network={network} told={network.topics} />}
      {edited && (
        <TemplateEdit
          driver={network.driver}
          type={type}
          template={edited === "new" ? undefined : edited}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  );
}

function columnsOf(
  sections: readonly FormSection[],
  onEdit: ((template: TemplateReply) => void) | undefined,
): readonly Column<TemplateReply>[] {
  return [
    { head: "Template", cell: ({ name }) => <b>{name}</b> },
    {
      head: "Fields",
      grow: true,
      cell: ({ parameters }) => <span className="dim">{fieldWords(sections, parameters)}</span>,
    },
    {
      head: "Change",
      align: "right",
      cell: (template) =>
        onEdit && (
          <Button kind="quiet" onClick={() => onEdit(template)}>
            Edit
          </Button>
        ),
    },
  ];
}

/** Only what it names, as the form names it. */
function fieldWords(
  sections: readonly FormSection[],
  parameters: Readonly<Record<string, unknown>>,
): string {
  const changes = changesBetween(sections, {}, parameters);
  return changes.map(({ title, after }) => `${title} ${after}`).join("; ");
}

type LayersProps = NetworkSettingsProps & { readonly templates: readonly TemplateReply[] };

/** The widest layer, and the places that have one of their own. */
function Layers({ network, type, templates }: LayersProps) {
  const mayEngineer = useMay("engineer");
  const layers = useReply("GET /layers", {});
  const lay = useAsk("PUT /layers", ["GET /layers", "GET /networks/:driver/:network"]);
  const items = (layers.data?.items ?? []).filter(
    ({ driver, command }) => driver === network.driver && command === type.name,
  );
  const own = items.find(({ scope }) => scope.kind === "network" && scope.id === network.id);
  const places = items.filter(({ scope }) => scope.kind === "asset");
  const devices = items.filter(({ scope }) => scope.kind === "device").length;
  const body = {
    ...{ driver: network.driver, command: type.name, parameters: own?.parameters ?? {} },
    scope: { kind: "network" as const, id: network.id },
  };
  return (
    <Card title="Laid down" meta="the wider below, the narrower above">
      <ProblemNote problem={layers.error} />
      <div className="network-layer">
        <SelectField
          label={`For the network ${network.id}`}
          value={own?.templateId ?? ""}
          disabled={!mayEngineer || lay.isPending}
          onChange={(id) =>
            lay.mutate(
              { body: { ...body, templateId: id === "" ? null : id } },
              { onError: (problem) => say(problem.message) },
            )
          }
          options={[
            { value: "", label: "The specification's own values" },
            ...templates.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <p className="hint">{elsewhereWords(places.length, devices)}</p>
      </div>
      <PlaceLayers driver={network.driver} type={type} templates={templates} places={places} />
    </Card>
  );
}

function elsewhereWords(places: number, devices: number): string {
  const above = [
    ...(places > 0 ? [formatCount(places, "place")] : []),
    ...(devices > 0 ? [`settings of ${formatCount(devices, "single node")}`] : []),
  ];
  return above.length === 0 ? "Nothing lies above it." : `Narrower: ${above.join(" and ")}.`;
}
