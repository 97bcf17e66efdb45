import { LIMIT } from "../../src/domain/limit.ts";
import { formatBytes } from "../format.ts";
import { CopyBlock } from "../part/copy.tsx";

type PayloadExcerptProps = {
  /** Text, or `0x` and hex; empty where there was no payload. */
  readonly excerpt: string;
  /** Of the whole payload. */
  readonly bytes: number;
};

/** What a device sent, as far as it is kept: to be read, and to be copied. */
export function PayloadExcerpt({ excerpt, bytes }: PayloadExcerptProps) {
  if (excerpt === "") return null;
  const size = formatBytes(bytes);
  const cut = bytes > LIMIT.rejectedPayloadBytes ? ", its beginning" : "";
  return (
    <>
      <span className="hint">{`Payload, ${size.text} ${size.unit}${cut}`}</span>
      <CopyBlock text={excerpt} label="Copy the payload's beginning" />
    </>
  );
}
