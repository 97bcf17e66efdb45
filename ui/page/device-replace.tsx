import { Replace } from "lucide-react";
import { useState } from "react";
import type { DeviceReply } from "../../src/api/contract.ts";
import { formatNumber } from "../format.ts";
import { Button } from "../part/button.tsx";
import { SelectField, TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { useSettled } from "../use-settled.ts";

/** Above this nobody reads a list: a few letters find the device. */
const WAITING_MAX = 100;

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

type Option = { readonly value: string; readonly label: string };

type ReplaceDialogProps = { readonly device: DeviceReply; readonly onClose: () => void };

function ReplaceDialog({ device, onClose }: ReplaceDialogProps) {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const ofProtocol = { driver: device.driver, limit: WAITING_MAX };
  const all = useReply("GET /inbox", { query: ofProtocol });
  const isSearched = search !== "";
  const asked = { query: { ...ofProtocol, search } };
  const found = useReply("GET /inbox", asked, { when: isSearched, keep: true });
  const inbox = isSearched ? found : all;
  const replace = useAsk("POST /devices/:id/replace", ["GET /devices/:id", "GET /inbox"]);
  const [chosen, setChosen] = useState("");
  const waiting = inbox.data?.items ?? [];
  const total = all.data?.total ?? 0;
  const [kept, setKept] = useState<Option | null>(null);
  const listed = waiting.map(({ id, address }) => ({ value: id, label: address }));
  // What was chosen stays to be seen while something else is looked for.
  const isListed = kept === null || listed.some(({ value }) => value === kept.value);
  const options = [{ value: "", label: "Choose" }, ...(isListed ? [] : [kept]), ...listed];
  const choose = (id: string) => {
    setChosen(id);
    setKept(options.find(({ value }) => value === id && id !== "") ?? null);
  };
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
      {total > WAITING_MAX && (
        <TextField
          label="Find the new device"
          value={typed}
          onChange={setTyped}
          hint={`${formatNumber(total, 0)} of this protocol wait: a few letters find it.`}
          autoComplete="off"
        />
      )}
      <SelectField
        label="The new device"
        hint={
          total === 0
            ? "None of this protocol waits in the inbox: switch the new one on first."
            : "It leaves the inbox. What it said after the old one's last word goes on."
        }
        value={chosen}
        onChange={choose}
        options={options}
      />
      <p className="dim">
        Name, asset, history and settings stay; <code>{device.address}</code> is a stranger from
        then on. Send the settings afterwards: the new device has not heard them.
      </p>
    </FormDialog>
  );
}
