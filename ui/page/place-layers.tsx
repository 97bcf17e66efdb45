import { useState } from "react";
import type { CommandTypeReply, Reply, TemplateReply } from "../../src/api/contract.ts";
import { fieldsIn } from "../../src/domain/settings.ts";
import { formatCount } from "../format.ts";
import { Button } from "../part/button.tsx";
import { SelectField } from "../part/field.tsx";
import { type Column, Table } from "../part/table.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";

type Layer = Reply<"GET /layers">["items"][number];
type PlaceLayersProps = {
  readonly driver: string;
  readonly type: CommandTypeReply;
  readonly templates: readonly TemplateReply[];
  /** What is laid down for places already. */
  readonly places: readonly Layer[];
};

/** A zone is an asset: what is laid down there counts for all nodes below it. */
export function PlaceLayers(props: PlaceLayersProps) {
  const mayEngineer = useMay("engineer");
  const lay = useLay();
  const takeUp = ({ driver, command, scope }: Layer) =>
    lay({ driver, command, scope, templateId: null, parameters: {} }, "Taken up");
  return (
    <>
      {props.places.length > 0 && (
        <Table
          label="Laid down for places"
          rows={props.places}
          rowKey={({ scope }) => scope.id}
          columns={columnsOf(mayEngineer ? takeUp : undefined)}
        />
      )}
      {mayEngineer && props.templates.length > 0 && <PlaceForm {...props} />}
    </>
  );
}

function columnsOf(onTakeUp: ((layer: Layer) => void) | undefined): readonly Column<Layer>[] {
  return [
    { head: "Zone or place", cell: ({ name }) => <b>{name}</b> },
    {
      head: "Laid down there",
      grow: true,
      cell: (layer) => <span className="dim">{laidWords(layer)}</span>,
    },
    {
      head: "Change",
      align: "right",
      cell: (layer) =>
        onTakeUp && (
          <Button kind="quiet" onClick={() => onTakeUp(layer)}>
            Take up
          </Button>
        ),
    },
  ];
}

function laidWords({ template, parameters }: Layer): string {
  const own = fieldsIn(parameters as Parameters<typeof fieldsIn>[0]).size;
  const parts = [
    ...(template ? [template.name] : []),
    ...(own > 0 ? [`${formatCount(own, "field")} of its own`] : []),
  ];
  return parts.join(", and ");
}

function PlaceForm({ driver, type, templates, places }: PlaceLayersProps) {
  const assets = useReply("GET /assets", { query: { limit: 1_000 } });
  const lay = useLay();
  const [asset, setAsset] = useState("");
  const [template, setTemplate] = useState("");
  const parents = (assets.data?.items ?? []).filter(({ children }) => children > 0);
  const onLay = () => {
    const scope = { kind: "asset" as const, id: asset };
    const own = places.find((place) => place.scope.id === asset)?.parameters ?? {};
    const layer = { driver, command: type.name, scope, templateId: template, parameters: own };
    lay(layer, "Laid down: roll it out to bring it to the nodes");
    setAsset("");
  };
  return (
    <div className="network-layer">
      <SelectField
        label="For a zone or place"
        value={asset}
        onChange={setAsset}
        options={[
          { value: "", label: "Choose a place" },
          ...parents.map(({ id, path }) => ({ value: id, label: path })),
        ]}
      />
      <SelectField
        label="Template there"
        value={template}
        onChange={setTemplate}
        options={[
          { value: "", label: "Choose a template" },
          ...templates.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <Button disabled={asset === "" || template === ""} onClick={onLay}>
        Lay down
      </Button>
    </div>
  );
}

type Laid = Omit<Layer, "name" | "template">;

function useLay() {
  const lay = useAsk("PUT /layers", ["GET /layers", "GET /networks/:driver/:network"]);
  return (body: Laid, done: string) =>
    lay.mutate(
      { body },
      { onSuccess: () => say(done), onError: (problem) => say(problem.message) },
    );
}
