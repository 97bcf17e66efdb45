import { deviceFor, type LayoutDraft, ownersOf } from "../layout-form.ts";
import { Card } from "../part/card.tsx";
import { TextArea, TextField } from "../part/field.tsx";

/** As many as there are pens. */
const COLOURS = 6;

type LayoutSampleProps = {
  readonly draft: LayoutDraft;
  readonly error: string | undefined;
  readonly onChange: (draft: LayoutDraft) => void;
};

/** A real message: each byte in the colour of the field that reads it. */
export function LayoutSample({ draft, error, onChange }: LayoutSampleProps) {
  const owners = ownersOf(draft);
  const device = deviceFor(draft);
  const free = owners.filter((owner) => owner < 0).length;
  return (
    <Card
      title="2. A message to try it on"
      meta={owners.length > 0 && `${owners.length} bytes, ${free} not read`}
    >
      <div className="layout-sample">
        <TextArea
          label="Bytes in hex"
          mono
          rows={3}
          value={draft.sample}
          onChange={(sample) => onChange({ ...draft, sample })}
          hint="As a rejected message shows them, or a log of the device."
          error={error}
        />
        <TextField
          label="Its topic"
          mono
          value={draft.topic}
          onChange={(topic) => onChange({ ...draft, topic })}
          hint={
            device === undefined ? (
              "The topics above do not name it."
            ) : (
              <>
                Would be of the device <code>{device}</code>.
              </>
            )
          }
        />
      </div>
      {owners.length > 0 && <Bytes sample={draft.sample} owners={owners} />}
    </Card>
  );
}

type BytesProps = { readonly sample: string; readonly owners: readonly number[] };

function Bytes({ sample, owners }: BytesProps) {
  const pairs = sample.replaceAll(/0x|[\s:,-]/gi, "").match(/../g) ?? [];
  return (
    <ol className="layout-bytes" aria-label="The message, byte by byte">
      {pairs.map((pair, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a byte is its place
        <li key={at} data-pen={penOf(owners[at])} title={`byte ${at}`}>
          {pair}
        </li>
      ))}
    </ol>
  );
}

export function penOf(owner: number | undefined): number | undefined {
  return owner === undefined || owner < 0 ? undefined : (owner % COLOURS) + 1;
}
