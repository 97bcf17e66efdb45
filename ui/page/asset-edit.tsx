import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { AssetReply, RouteName } from "../../src/api/contract.ts";
import { Button } from "../part/button.tsx";
import { Confirm } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { useAsk } from "../query.ts";
import { useUndo } from "../use-undo.ts";

const CHANGES: readonly RouteName[] = [
  "GET /assets",
  "GET /assets/:id",
  "GET /points",
  "GET /points/latest",
  "GET /overview",
];

type EditAssetProps = { readonly asset: AssetReply; readonly onClose: () => void };

export function EditAsset({ asset, onClose }: EditAssetProps) {
  const { id } = asset;
  const [fields, setFields] = useState({ name: asset.name, description: asset.description });
  const [isRemoving, setRemoving] = useState(false);
  const save = useAsk("PATCH /assets/:id", CHANGES);
  const undo = useUndo();
  const onSubmit = () => {
    const onSuccess = () => {
      const before = { name: asset.name, description: asset.description };
      undo("Saved", "PATCH /assets/:id", { params: { id }, body: before }, CHANGES);
      onClose();
    };
    save.mutate({ params: { id }, body: fields }, { onSuccess });
  };
  if (isRemoving) return <RemoveAsset asset={asset} onClose={() => setRemoving(false)} />;
  return (
    <FormDialog
      title={`Edit ${asset.name}`}
      verb="Save"
      busy={save.isPending}
      problem={save.error}
      aside={
        asset.children === 0 &&
        asset.parentId !== null && (
          <Button kind="danger" onClick={() => setRemoving(true)}>
            Remove
          </Button>
        )
      }
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <AssetFields fields={fields} onChange={setFields} />
    </FormDialog>
  );
}

type Fields = { readonly name: string; readonly description: string };
type AssetFieldsProps = { readonly fields: Fields; readonly onChange: (fields: Fields) => void };

function AssetFields({ fields, onChange }: AssetFieldsProps) {
  return (
    <>
      <TextField
        label="Name"
        value={fields.name}
        onChange={(name) => onChange({ ...fields, name })}
        maxLength={128}
        required
      />
      <TextField
        label="Description"
        value={fields.description}
        onChange={(description) => onChange({ ...fields, description })}
        maxLength={256}
        hint="What it is for, where it stands."
      />
    </>
  );
}

function RemoveAsset({ asset, onClose }: EditAssetProps) {
  const remove = useAsk("DELETE /assets/:id", CHANGES);
  const navigate = useNavigate();
  return (
    <Confirm
      title={`Remove ${asset.name}?`}
      verb="Remove"
      open
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(
          { params: { id: asset.id } },
          { onSuccess: () => void navigate({ to: "/plant" }) },
        )
      }
    >
      <ProblemNote problem={remove.error} />
      <p>Its devices return to the inbox. Their history stays.</p>
    </Confirm>
  );
}

type AddPartProps = { readonly parent: AssetReply; readonly onClose: () => void };

export function AddPart({ parent, onClose }: AddPartProps) {
  const [fields, setFields] = useState({ name: "", description: "" });
  const add = useAsk("POST /assets", CHANGES);
  const navigate = useNavigate();
  const undo = useUndo();
  const onSubmit = () => {
    const onSuccess = ({ id, name }: AssetReply) => {
      undo(`Added ${name}`, "DELETE /assets/:id", { params: { id } }, CHANGES);
      onClose();
      void navigate({ to: "/plant/$assetId", params: { assetId: id } });
    };
    add.mutate({ body: { parentId: parent.id, ...fields } }, { onSuccess });
  };
  return (
    <FormDialog
      title={`Add a part to ${parent.name}`}
      verb="Add"
      busy={add.isPending}
      problem={add.error}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <AssetFields fields={fields} onChange={setFields} />
    </FormDialog>
  );
}
