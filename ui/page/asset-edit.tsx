import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import type { AssetReply, RouteName } from "../../src/api/contract.ts";
import { Button } from "../part/button.tsx";
import { Confirm, Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";

const CHANGES: readonly RouteName[] = [
  "GET /assets",
  "GET /assets/:id",
  "GET /points",
  "GET /points/latest",
  "GET /overview",
];

type EditAssetProps = { readonly asset: AssetReply; readonly onClose: () => void };

export function EditAsset({ asset, onClose }: EditAssetProps) {
  const [name, setName] = useState(asset.name);
  const [description, setDescription] = useState(asset.description);
  const [isRemoving, setRemoving] = useState(false);
  const save = useAsk("PATCH /assets/:id", CHANGES);
  const form = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      { params: { id: asset.id }, body: { name, description } },
      {
        onSuccess: () => {
          say("Saved");
          onClose();
        },
      },
    );
  };
  if (isRemoving) return <RemoveAsset asset={asset} onClose={() => setRemoving(false)} />;
  return (
    <Dialog
      title={`Edit ${asset.name}`}
      open
      onClose={onClose}
      actions={
        <>
          {asset.children === 0 && asset.parentId !== null && (
            <Button kind="danger" onClick={() => setRemoving(true)}>
              Remove
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} kind="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <ProblemNote problem={save.error} />
      <form id={form} className="stack" onSubmit={onSubmit}>
        <TextField label="Name" value={name} onChange={setName} maxLength={128} required />
        <TextField
          label="Description"
          value={description}
          onChange={setDescription}
          maxLength={256}
          hint="What it is for, where it stands."
        />
      </form>
    </Dialog>
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
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const add = useAsk("POST /assets", CHANGES);
  const navigate = useNavigate();
  const form = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { body: { parentId: parent.id, name, description } },
      {
        onSuccess: ({ id }) => {
          onClose();
          void navigate({ to: "/plant/$assetId", params: { assetId: id } });
        },
      },
    );
  };
  return (
    <Dialog
      title={`Add a part to ${parent.name}`}
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} kind="primary" busy={add.isPending}>
            Add
          </Button>
        </>
      }
    >
      <ProblemNote problem={add.error} />
      <form id={form} className="stack" onSubmit={onSubmit}>
        <TextField label="Name" value={name} onChange={setName} maxLength={128} required />
        <TextField
          label="Description"
          value={description}
          onChange={setDescription}
          maxLength={256}
        />
      </form>
    </Dialog>
  );
}
