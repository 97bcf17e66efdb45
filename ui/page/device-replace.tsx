import { Replace } from "lucide-react";
import { useState } from "react";
import type { DeviceReply } from "../../src/api/contract.ts";
import { Button } from "../part/button.tsx";
import { SelectField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";

/** A broken device makes way for a new one that waits in the inbox. */
export function DeviceReplace({ device }: { readonly device: DeviceReply }) {
  const mayEngineer = useMay("engineer");
  const [isOpen, setOpen] = useState(false);
  if (!mayEngineer || device.assetId === null) return null;
  return (
    <>
      <Button icon={Replace} onClick={() => setOpen(true)}>
        Replace …
      </Button>
      {isOpen && <ReplaceDialog device={device} onClose={() => setOpen(false)} />}
    </>
  );
}

type ReplaceDialogProps = { readonly device: DeviceReply; readonly onClose: () => void };

function ReplaceDialog({ device, onClose }: ReplaceDialogProps) {
  const inbox = useReply("GET /inbox", { query: { limit: 1_000 } });
  const replace = useAsk("POST /devices/:id/replace", ["GET /devices/:id", "GET /inbox"]);
  const [chosen, setChosen] = useState("");
  const waiting = (inbox.data?.items ?? []).filter(({ driver }) => driver === device.driver);
  const done = () => {
    say(`${device.name} goes on with the new device`);
    onClose();
  };
  return (
    <FormDialog
      title={`Replace ${device.name}`}
      verb="Replace"
      busy={replace.isPending}
      problem={replace.error ?? inbox.error}
      isReady={chosen !== ""}
      onSubmit={() =>
        replace.mutate(
          { params: { id: device.id }, body: { deviceId: chosen } },
          { onSuccess: done },
        )
      }
      onClose={onClose}
    >
      <SelectField
        label="The new device"
        hint={
          waiting.length === 0
            ? "None of this protocol waits in the inbox: switch the new one on first."
            : "It leaves the inbox. What it said after the old one's last word goes on."
        }
        value={chosen}
        onChange={setChosen}
        options={[
          { value: "", label: "Choose" },
          ...waiting.map(({ id, address }) => ({ value: id, label: address })),
        ]}
      />
      <p className="dim">
        Name, asset, history and settings stay; <code>{device.address}</code> is a stranger from
        then on. Send the settings afterwards: the new device has not heard them.
      </p>
    </FormDialog>
  );
}
