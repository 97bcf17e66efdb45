import { Link } from "@tanstack/react-router";
import { type FormEvent, Fragment, useMemo, useState } from "react";
import type { DeviceReply, RouteName } from "../../src/api/contract.ts";
import {
  type Adopted,
  type AdoptedVariable,
  type AdoptionEdits,
  adoptionOf,
  variablesOf,
} from "../adoption.ts";
import { formatCount, formatName } from "../format.ts";
import { Age } from "../part/age.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { PointFigure } from "../part/figure.tsx";
import { useAsk } from "../query.ts";
import { useMay } from "../session.ts";
import { useUndo } from "../use-undo.ts";
import { channelPoint } from "./channel-table.tsx";
import { InboxVariables } from "./inbox-variables.tsx";
import { PlaceField } from "./place-field.tsx";
import { useAdoption } from "./use-adoption.ts";

type InboxCardProps = {
  readonly device: DeviceReply;
  readonly onAdopted: (adopted: Adopted) => void;
};

const IGNORE_CHANGES: readonly RouteName[] = ["GET /inbox", "GET /overview"];
const NO_EDITS: AdoptionEdits = new Map();
/** Values on the card; a meter with a hundred registers is not shown whole. */
const VALUES_MAX = 12;

/** One waiting device: what it says, live, and how it shall be known. */
export function InboxCard({ device, onAdopted }: InboxCardProps) {
  const mayAdopt = useMay("engineer");
  const { protocol, address, messages, lastSeenAt } = device;
  return (
    <Card
      title={address}
      meta={protocol}
      actions={
        <>
          <span className="num">{formatCount(messages, "message")}</span>
          <Age at={lastSeenAt} never="silent since the start" />
        </>
      }
    >
      <div className="inbox-card">
        <Values device={device} />
        {mayAdopt ? (
          <AdoptForm device={device} onAdopted={onAdopted} />
        ) : (
          <p className="hint">Engineers may adopt it.</p>
        )}
      </div>
    </Card>
  );
}

function Values({ device }: { readonly device: DeviceReply }) {
  const channels = device.channels.filter(({ retired }) => !retired);
  const left = channels.length - VALUES_MAX;
  return (
    <div>
      <ul className="inbox-values">
        {byFolder(channels.slice(0, VALUES_MAX)).map(([folder, own]) => (
          <Fragment key={folder}>
            {folder !== "" && <li className="inbox-folder hint">{folder}</li>}
            {own.map((channel) => (
              <li key={channel.name}>
                <span className="hint cut" title={channel.name}>
                  {formatName(channel.proposal.name)}
                </span>
                <PointFigure point={channelPoint(device, channel)} />
              </li>
            ))}
          </Fragment>
        ))}
      </ul>
      <p className="hint inbox-more">
        {left > 0 && `${formatCount(left, "more value")}. `}
        <Link to="/devices/$deviceId" params={{ deviceId: device.id }} className="link">
          Look closer
        </Link>
      </p>
    </div>
  );
}

type Channel = DeviceReply["channels"][number];

/** Three phases of a voltage and of a current are called alike: their folder tells them apart. */
function byFolder(channels: readonly Channel[]): [folder: string, own: Channel[]][] {
  const folders = new Map<string, Channel[]>([["", []]]);
  for (const channel of channels) {
    const folder = channel.name.split("/").slice(0, -1).map(formatName).join(" · ");
    folders.set(folder, [...(folders.get(folder) ?? []), channel]);
  }
  return [...folders];
}

function AdoptForm({ device, onAdopted }: InboxCardProps) {
  const [name, setName] = useState(device.name);
  const [parentId, setParentId] = useState("");
  const [edits, setEdits] = useState<AdoptionEdits>(NO_EDITS);
  const [isOpen, setOpen] = useState(false);
  const { adopt, isAdopting, problem } = useAdoption(onAdopted);
  const undo = useUndo();
  const ignore = useAsk("POST /inbox/:id/ignore", IGNORE_CHANGES, (parts) =>
    undo(`${device.name} asks no more`, "DELETE /inbox/:id/ignore", parts, IGNORE_CHANGES),
  );
  const { body, error } = adoptionOf(device, { name, parentId, edits });
  const variables = useMemo(() => variablesOf(device.channels, edits), [device.channels, edits]);
  const edit = (channel: string, change: Partial<AdoptedVariable>) =>
    setEdits(new Map(edits).set(channel, { ...edits.get(channel), ...change }));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (body) adopt([{ deviceId: device.id, name: name.trim(), body }]);
  };
  return (
    <form className="inbox-form" onSubmit={onSubmit}>
      <div className="form-grid">
        <TextField label="Name" value={name} onChange={setName} maxLength={128} required />
        <PlaceField label="Part of" value={parentId} onChange={setParentId} none="The site" />
      </div>
      <ProblemNote problem={problem ?? ignore.error} />
      <div className="row wrap">
        <Button type="submit" kind="primary" busy={isAdopting} disabled={!body}>
          Adopt
        </Button>
        <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Close the values" : "Choose values …"}
        </Button>
        <Button
          kind="quiet"
          busy={ignore.isPending}
          onClick={() => ignore.mutate({ params: { id: device.id } })}
        >
          Ignore
        </Button>
        {error && <span className="field-error">{error}</span>}
      </div>
      {isOpen && <InboxVariables variables={variables} onEdit={edit} />}
    </form>
  );
}
