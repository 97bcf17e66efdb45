import { Link } from "@tanstack/react-router";
import { Inbox } from "lucide-react";
import { useState } from "react";
import type { DeviceReply } from "../../src/api/contract.ts";
import type { Adopted } from "../adoption.ts";
import { formatCount, formatNumber } from "../format.ts";
import { Button, LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { More } from "../part/more.tsx";
import { Page } from "../part/page.tsx";
import { Filters, SearchBox } from "../part/search-box.tsx";
import { useAsk } from "../query.ts";
import { useMay } from "../session.ts";
import { type Pages, usePages } from "../use-pages.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { useSettled } from "../use-settled.ts";
import { InboxCard } from "./inbox-card.tsx";
import { InboxIgnored } from "./inbox-ignored.tsx";
import { ADOPTION_CHANGES, useAdoption } from "./use-adoption.ts";
import "./inbox.css";

const EVERY_MS = 10_000;
/** Cards on the screen at once; whoever has more of them adopts page after page. */
const PAGE = 24;

/** Devices that speak and belong to nothing yet. They are heard, kept, and wait for a person. */
export function InboxPage() {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const query = search === "" ? {} : { search };
  const inbox = usePages("GET /inbox", query, { limit: PAGE, every: EVERY_MS });
  useRefetchOn(({ kind }) => kind === "model.changed", ["GET /inbox", "GET /overview"]);
  const [adopted, setAdopted] = useState<readonly Adopted[]>([]);
  const add = (one: Adopted) => setAdopted((before) => [one, ...before]);
  const remove = (assetId: string) =>
    setAdopted((before) => before.filter((one) => one.assetId !== assetId));
  const items = inbox.rows;
  return (
    <Page
      title="Inbox"
      {...(items && items.length > 1
        ? { actions: <AdoptAll devices={items} onAdopted={add} /> }
        : {})}
      about={items && items.length > 0 && <span className="dim">{countWords(inbox.total)}</span>}
    >
      <ProblemNote problem={inbox.problem} onRetry={inbox.again} />
      {adopted.length > 0 && <AdoptedNote adopted={adopted} onUndone={remove} />}
      {(inbox.more || typed !== "") && (
        <Filters>
          <SearchBox label="Name or address" value={typed} onChange={setTyped} />
        </Filters>
      )}
      <Waiters inbox={inbox} isSearched={typed !== ""} onAdopted={add} />
      <InboxIgnored />
    </Page>
  );
}

type AdoptAllProps = {
  readonly devices: readonly DeviceReply[];
  readonly onAdopted: (adopted: Adopted) => void;
};

type WaitersProps = Pick<AdoptAllProps, "onAdopted"> & {
  readonly inbox: Pages<"GET /inbox">;
  readonly isSearched: boolean;
};

function Waiters({ inbox, isSearched, onAdopted }: WaitersProps) {
  const { rows, problem } = inbox;
  if (!rows) return problem ? null : <Waiting />;
  if (rows.length === 0) return isSearched ? <Empty title="None is like that" /> : <NothingWaits />;
  return (
    <>
      {rows.map((device) => (
        <InboxCard key={device.id} device={device} onAdopted={onAdopted} />
      ))}
      <More {...inbox} shown={rows.length} />
    </>
  );
}

function AdoptAll({ devices, onAdopted }: AdoptAllProps) {
  const mayAdopt = useMay("engineer");
  const { adopt, done, isAdopting, problem } = useAdoption(onAdopted);
  const adoptAll = () => adopt(devices.map(({ id, name }) => ({ deviceId: id, name, body: {} })));
  if (!mayAdopt) return null;
  return (
    <>
      <span role="status" className="dim num">
        {isAdopting ? `${done} adopted …` : (problem?.message ?? "")}
      </span>
      <Button kind="primary" busy={isAdopting} onClick={adoptAll}>
        {`Adopt these ${formatNumber(devices.length, 0)}`}
      </Button>
    </>
  );
}

type AdoptedNoteProps = {
  readonly adopted: readonly Adopted[];
  readonly onUndone: (assetId: string) => void;
};

/** What was just adopted; taken back, the device waits again, with all that was kept of it. */
function AdoptedNote({ adopted, onUndone }: AdoptedNoteProps) {
  const undo = useAsk("DELETE /assets/:id", ADOPTION_CHANGES);
  const takeBack = (assetId: string) =>
    undo.mutate({ params: { id: assetId } }, { onSuccess: () => onUndone(assetId) });
  return (
    <div className="adopted" role="status">
      <ProblemNote problem={undo.error} />
      {adopted.map(({ name, assetId }) => (
        <p key={assetId}>
          <b className="cut">{name}</b>
          <span className="dim">belongs to the plant now</span>
          <Link to="/plant/$assetId" params={{ assetId }} className="link">
            Open its asset
          </Link>
          <Button kind="quiet" busy={undo.isPending} onClick={() => takeBack(assetId)}>
            Undo
          </Button>
        </p>
      ))}
    </div>
  );
}

function NothingWaits() {
  const mayConnect = useMay("engineer");
  return (
    <Card title="Inbox">
      <Empty
        icon={Inbox}
        title="Waiting for the first message …"
        action={
          mayConnect && (
            <LinkButton to="/agents/new" kind="primary">
              New agent
            </LinkButton>
          )
        }
      >
        A device shows here by itself as soon as it speaks, with its values. To connect one, make an
        agent: it gets credentials and a command to try them.
      </Empty>
    </Card>
  );
}

function countWords(count: number): string {
  return `${formatCount(count, "device waits", "devices wait")}; values are kept already.`;
}
