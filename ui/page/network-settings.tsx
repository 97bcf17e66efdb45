import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import type {
  CommandTypeReply,
  NetworkReply,
  NodeReply,
  TemplateReply,
} from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty } from "../part/empty.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useReply } from "../query.ts";
import { type FormSection, fieldWords, sectionsOf } from "../schema-form.ts";
import { useMay } from "../session.ts";
import { NetworkLayers } from "./network-layers.tsx";
import { NetworkTopics } from "./network-topics.tsx";
import { TemplateEdit } from "./template-edit.tsx";

type NetworkSettingsProps = {
  readonly network: NetworkReply;
  readonly type: CommandTypeReply;
  readonly nodes: readonly NodeReply[];
};

/** What is laid down for the network and its places, and the templates that there are. */
export function NetworkSettings({ network, type, nodes }: NetworkSettingsProps) {
  const mayEngineer = useMay("engineer");
  const sections = useMemo(() => sectionsOf(type.parameters), [type.parameters]);
  const templates = useReply("GET /templates", {});
  const [edited, setEdited] = useState<TemplateReply | "new" | null>(null);
  const known = (templates.data?.items ?? []).filter(
    ({ driver, command }) => driver === network.driver && command === type.name,
  );
  return (
    <>
      <NetworkLayers network={network} type={type} templates={known} nodes={nodes} />
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
