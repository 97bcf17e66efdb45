import { Archive } from "lucide-react";
import { useState } from "react";
import type { Reply } from "../../src/api/contract.ts";
import { formatCount, formatDateTime, formatNumber } from "../format.ts";
import { State } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Confirm } from "../part/dialog.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { useAsk, useReply } from "../query.ts";
import { bytesWords, doneShare } from "../server-words.ts";

/** How far the one is that is being made. */
const EVERY_MS = 1_000;
const WHOLE = "One file with everything: samples, model, people, certificates and journal.";
const SECRETS = "It holds keys and hashes of passwords: keep it where only administrators read.";

type Backup = Reply<"GET /backups">["items"][number];

/** Copies of everything, made while the server goes on. */
export function Backups() {
  const { data, error } = useReply("GET /backups", {}, { every: EVERY_MS });
  const start = useAsk("POST /backups", ["GET /backups"]);
  const [removed, setRemoved] = useState<Backup | null>(null);
  const items = data?.items;
  const isWhole = data?.isWhole ?? true;
  const isRunning = items?.some(({ state }) => state === "running") ?? false;
  const begin = (
    <Button
      icon={Archive}
      busy={start.isPending}
      disabled={isRunning}
      onClick={() => start.mutate({})}
    >
      Back up now
    </Button>
  );
  return (
    <Card
      title="Backups"
      meta={items && formatCount(items.length, "backup")}
      flush
      actions={items && items.length > 0 && begin}
    >
      <ProblemNote problem={start.error ?? error} />
      {!items && !error && <Waiting />}
      {items?.length === 0 && (
        <Empty icon={Archive} title="No backup on this server" action={begin}>
          {isWhole ? WHOLE : <BesideDatabase />} Take it away from here: on the same disk it is lost
          with the rest. {SECRETS}
        </Empty>
      )}
      {items && items.length > 0 && (
        <>
          <ul className="backup-list num" aria-label="Backups">
            {items.map((backup) => (
              <BackupLine key={backup.id} backup={backup} onRemove={setRemoved} />
            ))}
          </ul>
          <p className="hint backup-hint">
            {!isWhole && <BesideDatabase />} {`${SECRETS} `}
            <code>fieldline restore FILE</code> brings it back, into an empty folder.
          </p>
        </>
      )}
      {removed && <RemoveBackup backup={removed} onClose={() => setRemoved(null)} />}
    </Card>
  );
}

/** Half of it is for somebody else to back up. */
function BesideDatabase() {
  return (
    <>
      A database keeps the history: back that up first, with <code>pg_dump -n fieldline</code>. The
      file has everything else, and samples of the last two days.
    </>
  );
}

type BackupLineProps = {
  readonly backup: Backup;
  readonly onRemove: (backup: Backup) => void;
};

function BackupLine({ backup, onRemove }: BackupLineProps) {
  return (
    <li>
      <b>{formatDateTime(backup.startedAt)}</b>
      <BackupState backup={backup} />
      {backup.state === "done" && <BackupActions {...{ backup, onRemove }} />}
    </li>
  );
}

function BackupState({ backup }: { readonly backup: Backup }) {
  const { state, detail, startedAt, bytes } = backup;
  if (state === "done") return <State kind="on">{`Whole, ${bytesWords(bytes)}`}</State>;
  if (state === "failed") {
    return (
      <span>
        <State kind="wrong">Failed</State> <span className="dim">{detail}</span>
      </span>
    );
  }
  const share = doneShare(backup);
  return (
    <span className="backup-progress" role="status">
      {`${formatNumber(100 * share, 0)} %`}
      <progress max={1} value={share} aria-label={`Backup of ${formatDateTime(startedAt)}`} />
    </span>
  );
}

function BackupActions({ backup, onRemove }: BackupLineProps) {
  const when = formatDateTime(backup.startedAt);
  return (
    <span className="backup-actions">
      <a
        className="button quiet"
        href={`/api/v1/backups/${backup.id}/file`}
        download={`fieldline-${backup.id}.tar`}
        aria-label={`Download the backup of ${when}`}
      >
        Download
      </a>
      <Button
        kind="quiet"
        onClick={() => onRemove(backup)}
        aria-label={`Remove the backup of ${when}`}
      >
        Remove
      </Button>
    </span>
  );
}

type RemoveProps = { readonly backup: Backup; readonly onClose: () => void };

function RemoveBackup({ backup: { id, startedAt, bytes }, onClose }: RemoveProps) {
  const remove = useAsk("DELETE /backups/:id", ["GET /backups", "GET /storage"]);
  return (
    <Confirm
      title={`Remove the backup of ${formatDateTime(startedAt)}?`}
      verb="Remove"
      open
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { id } }, { onSuccess: onClose })}
    >
      <ProblemNote problem={remove.error} />
      <p>
        {`${bytesWords(bytes)} are free then. `}
        This cannot be undone; copies that were downloaded stay.
      </p>
    </Confirm>
  );
}
