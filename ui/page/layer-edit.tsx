import { Trash2 } from "lucide-react";
import { useMemo } from "react";
import type { CommandTypeReply, NodeReply, TemplateReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { isAt, type Layer, narrowerOf, type Place, sourcesAbove } from "../layer-form.ts";
import { ownFieldsIn } from "../meant-form.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { SchemaFields } from "../part/schema-fields.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";
import { doubtsOf } from "../sensor-settings.ts";
import { TemplateField } from "./template-field.tsx";
import { useLayerForm } from "./use-layer-form.tsx";

/** All that is laid down in a network, and where. */
export type LaidDown = {
  readonly driver: string;
  readonly type: CommandTypeReply;
  readonly templates: readonly TemplateReply[];
  readonly layers: readonly Layer[];
  readonly places: readonly Place[];
  readonly nodes: readonly NodeReply[];
};

type LayerEditProps = {
  readonly laid: LaidDown;
  readonly place: Place;
  readonly onClose: () => void;
};

const CHANGED = [
  "GET /layers",
  "GET /networks/:driver/:network",
  "GET /devices/:id/settings",
] as const;
const NO_FIELDS = {};

/** Single fields of a network or a zone: inherited, its own, or overridden below. */
export function LayerEdit({ laid, place, onClose }: LayerEditProps) {
  const layer = laid.layers.find((one) => isAt(one, place));
  const form = useLayer(laid, place, layer);
  const lay = useAsk("PUT /layers", CHANGED);
  const { driver, type, templates } = laid;
  const scope = { kind: place.kind, id: place.id };
  const put = (fields: typeof form.layer, done: string) =>
    lay.mutate(
      { body: { driver, command: type.name, scope, ...fields } },
      {
        onSuccess: () => {
          say(done);
          onClose();
        },
      },
    );
  const own = Object.keys(form.own).length;
  return (
    <Dialog
      title={place.kind === "network" ? `Network ${place.name}` : place.path}
      open
      wide
      onClose={onClose}
      actions={
        <>
          {layer && (
            <Button
              kind="danger"
              icon={Trash2}
              disabled={lay.isPending}
              onClick={() => put({ templateId: null, parameters: {} }, "Taken up")}
            >
              Take up
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={lay.isPending}
            disabled={!form.isValid}
            onClick={() => put(form.layer, "Laid down: roll it out to bring it to the nodes")}
          >
            Lay down
          </Button>
        </>
      }
    >
      <ProblemNote problem={lay.error} />
      <p className="hint">
        Nothing is sent: what is laid down counts for all nodes below, and a rollout brings it
        there.
      </p>
      <TemplateField
        label="Template here"
        templates={templates}
        value={form.templateId}
        onChange={form.choose}
      />
      <p className="row wrap layer-own">
        <span>{own === 0 ? "No field of its own" : `${formatCount(own, "field")} of its own`}</span>
        {own > 0 && (
          <button type="button" className="link" onClick={form.resetAll}>
            Reset all
          </button>
        )}
      </p>
      <SchemaFields
        sections={form.sections}
        values={form.values}
        errors={form.errors}
        doubts={doubtsOf(form.parameters, [])}
        notes={form.notes}
        onChange={(key, text) => form.change({ ...form.values, [key]: text })}
      />
    </Dialog>
  );
}

function useLayer(laid: LaidDown, place: Place, layer: Layer | undefined) {
  const { type, templates, layers, places } = laid;
  const sources = useMemo(
    () => sourcesAbove(place, layers, templates, places),
    [place, layers, templates, places],
  );
  const narrower = useMemo(
    () => narrowerOf(place, layers, templates, laid),
    [place, layers, templates, laid],
  );
  const parameters = layer?.parameters ?? NO_FIELDS;
  return useLayerForm({
    ...{ type, sources, templates, narrower },
    templateId: layer?.templateId ?? null,
    ownAtFirst: (sections, below) => ownFieldsIn(sections, below, parameters),
    whose: place.kind === "network" ? "this network's own" : "this place's own",
  });
}
