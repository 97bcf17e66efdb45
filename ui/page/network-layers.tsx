import { SlidersHorizontal } from "lucide-react";
import { useMemo, useState } from "react";
import type {
  CommandTypeReply,
  NetworkReply,
  NodeReply,
  TemplateReply,
} from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { isAt, type Layer, type Place } from "../layer-form.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { SelectField } from "../part/field.tsx";
import { type Column, Table } from "../part/table.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { type FormSection, fieldWords, sectionsOf } from "../schema-form.ts";
import { useMay } from "../session.ts";
import { type LaidDown, LayerEdit } from "./layer-edit.tsx";

type NetworkLayersProps = {
  readonly network: NetworkReply;
  readonly type: CommandTypeReply;
  readonly templates: readonly TemplateReply[];
  readonly nodes: readonly NodeReply[];
};

/** What is laid down for the network and its zones: templates, and fields one by one. */
export function NetworkLayers({ network, type, templates, nodes }: NetworkLayersProps) {
  const mayEngineer = useMay("engineer");
  const layers = useReply("GET /layers", {});
  const { laid, places } = useLaidDown({
    network,
    type,
    templates,
    nodes,
    all: layers.data?.items,
  });
  const [edited, setEdited] = useState<Place | null>(null);
  const sections = useMemo(() => sectionsOf(type.parameters), [type.parameters]);
  const rows = places.filter((place) => {
    return place.kind === "network" || laid.layers.some((layer) => isAt(layer, place));
  });
  const devices = laid.layers.filter(({ scope }) => scope.kind === "device").length;
  return (
    <Card title="Laid down" meta="the wider above, the narrower below" flush>
      <ProblemNote problem={layers.error} />
      <div className="network-layer">
        <NetworkTemplate network={network} laid={laid} />
        <p className="hint">{elsewhereWords(rows.length - 1, devices)}</p>
      </div>
      <Table
        label="Laid down"
        rows={rows}
        rowKey={({ kind, id }) => `${kind} ${id}`}
        columns={columnsOf(laid, sections, mayEngineer ? setEdited : undefined)}
      />
      {mayEngineer && <ZoneChoice places={places} onEdit={setEdited} />}
      {edited && <LayerEdit laid={laid} place={edited} onClose={() => setEdited(null)} />}
    </Card>
  );
}

type LaidDownParts = NetworkLayersProps & { readonly all: readonly Layer[] | undefined };

/** A zone is an asset that others stand in: what is laid down there counts for all below it. */
function useLaidDown({ network, type, templates, nodes, all }: LaidDownParts) {
  const assets = useReply("GET /assets", { query: { limit: 1_000 } });
  const places = useMemo((): Place[] => {
    const zones = (assets.data?.items ?? []).filter(({ children }) => children > 0);
    return [
      { kind: "network", id: network.id, name: network.id, path: "" },
      ...zones.map(({ id, name, path }) => ({ kind: "asset" as const, id, name, path })),
    ];
  }, [assets.data, network.id]);
  const laid = useMemo((): LaidDown => {
    const isMeant = ({ driver, command, scope }: Layer) =>
      driver === network.driver &&
      command === type.name &&
      (scope.kind !== "network" || scope.id === network.id);
    const layers = (all ?? []).filter(isMeant);
    return { driver: network.driver, type, templates, layers, places, nodes };
  }, [network.driver, network.id, type, templates, all, places, nodes]);
  return { laid, places };
}

type NetworkTemplateProps = { readonly network: NetworkReply; readonly laid: LaidDown };

function NetworkTemplate({ network, laid }: NetworkTemplateProps) {
  const mayEngineer = useMay("engineer");
  const lay = useAsk("PUT /layers", ["GET /layers", "GET /networks/:driver/:network"]);
  const scope = { kind: "network" as const, id: network.id };
  const own = laid.layers.find((layer) => isAt(layer, scope));
  const { driver, type, templates } = laid;
  const body = { driver, command: type.name, parameters: own?.parameters ?? {}, scope };
  return (
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
  );
}

function columnsOf(
  laid: LaidDown,
  sections: readonly FormSection[],
  onEdit: ((place: Place) => void) | undefined,
): readonly Column<Place>[] {
  const layerOf = (place: Place) => laid.layers.find((layer) => isAt(layer, place));
  return [
    {
      head: "Network, zone or place",
      grow: true,
      cell: (place) => (
        <>
          <b>{place.kind === "network" ? `Network ${place.name}` : place.path}</b>
          <span className="hint below">{laidWords(sections, layerOf(place))}</span>
        </>
      ),
    },
    {
      head: "Change",
      align: "right",
      cell: (place) =>
        onEdit && (
          <Button kind="quiet" onClick={() => onEdit(place)}>
            Edit fields …
          </Button>
        ),
    },
  ];
}

/** Its template, and the fields that it has of its own, with their values. */
function laidWords(sections: readonly FormSection[], layer: Layer | undefined): string {
  const own = fieldWords(sections, layer?.parameters ?? {});
  const parts = [
    ...(layer?.template ? [`Template ${layer.template.name}`] : []),
    ...(own ? [`own: ${own}`] : []),
  ];
  return parts.join("; ") || "Nothing: as specified";
}

type ZoneChoiceProps = {
  readonly places: readonly Place[];
  readonly onEdit: (place: Place) => void;
};

/** A zone of which nothing is laid down yet. */
function ZoneChoice({ places, onEdit }: ZoneChoiceProps) {
  const [id, setId] = useState("");
  const zones = places.filter(({ kind }) => kind === "asset");
  const chosen = zones.find((place) => place.id === id);
  if (zones.length === 0) return null;
  return (
    <div className="network-layer">
      <SelectField
        label="For a zone or place"
        value={id}
        onChange={setId}
        options={[
          { value: "", label: "Choose a place" },
          ...zones.map((place) => ({ value: place.id, label: place.path })),
        ]}
      />
      <Button icon={SlidersHorizontal} disabled={!chosen} onClick={() => chosen && onEdit(chosen)}>
        Edit its fields …
      </Button>
    </div>
  );
}

function elsewhereWords(places: number, devices: number): string {
  const narrower = [
    ...(places > 0 ? [formatCount(places, "place")] : []),
    ...(devices > 0 ? [`settings of ${formatCount(devices, "single node")}`] : []),
  ];
  return narrower.length === 0 ? "Nothing is narrower." : `Narrower: ${narrower.join(" and ")}.`;
}
