import type { DeviceReply, PointReply } from "../../src/api/contract.ts";
import { hasBit } from "../../src/domain/health.ts";
import { formatName } from "../format.ts";
import { bitsIn } from "../health.ts";
import { Age } from "../part/age.tsx";
import { Card } from "../part/card.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { usePoint, useStale } from "../use-live.ts";
import { useRefetchOn } from "../use-refetch.ts";

type DeviceHealthProps = { readonly device: DeviceReply; readonly point: PointReply };
type Bit = ReturnType<typeof bitsIn>[number];

/** A bit mask as people read it: each bit a name and a shape, the highest bit first. */
export function DeviceHealth({ device, point }: DeviceHealthProps) {
  const newest = usePoint(point);
  const isStale = useStale(newest?.at, point.variable.freshnessMs);
  const health = useReply("GET /devices/:id/health", { params: { id: device.id } });
  useRefetchOn(({ subject }) => subject === `device:${device.id}`, ["GET /devices/:id/health"]);
  const channel = device.channels.find(({ pointId }) => pointId === point.id)?.name ?? "";
  const memory = health.data?.items.find((one) => one.channel === channel);
  const bits = bitsIn(newest?.value ?? null, point.variable.bits ?? [], memory);
  const working = bits.filter(({ is }) => is === "working").length;
  const isKnown = bits.some(({ is }) => is !== "unknown");
  return (
    <Card
      title={formatName(point.variable.name)}
      meta={isKnown ? `${working} of ${bits.length} work` : "not told yet"}
      flush
      actions={
        <>
          <span className="health-legend">missing and faulty look the same to the device</span>
          <Age at={newest?.at ?? null} never="" />
        </>
      }
    >
      <ul className={isStale ? "health stale" : "health"}>
        {bits.map((bit) => (
          <li key={bit.name} className={`health-bit ${bit.is}`}>
            <i aria-hidden>{SIGNS[bit.is]}</i>
            <span>
              {formatName(bit.name)}
              <span className="spoken"> {BIT_WORDS[bit.is]}</span>
              <BitHint bit={bit} isDecided={hasBit(memory?.unwanted ?? 0, bit.bit)} />
              <BitButtons deviceId={device.id} channel={channel} bit={bit} memory={memory} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function BitHint({ bit, isDecided }: { readonly bit: Bit; readonly isDecided: boolean }) {
  if (bit.is === "unused") return <span className="hint"> not in use</span>;
  if (bit.is !== "unfitted") return null;
  return <span className="hint">{isDecided ? " not fitted" : " not fitted?"}</span>;
}

type BitButtonsProps = {
  readonly deviceId: string;
  readonly channel: string;
  readonly bit: Bit;
  readonly memory: { readonly unwanted: number } | undefined;
};

/** A device cannot tell a sensor that is not there from one that broke; who fits it can. */
function BitButtons({ deviceId, channel, bit: { bit, name, is }, memory }: BitButtonsProps) {
  const mayEngineer = useMay("engineer");
  const put = useAsk("PUT /devices/:id/health", [
    "GET /devices/:id/health",
    "GET /networks/:driver/:network",
  ]);
  if (!mayEngineer || !memory || (is !== "unfitted" && is !== "faulty")) return null;
  const decide = (fitted: boolean) =>
    put.mutate(
      { params: { id: deviceId }, body: { channel, bit, fitted } },
      {
        onSuccess: () => say(`${name}: ${fitted ? "should be there" : "not fitted"}`),
        onError: (problem) => say(problem.message),
      },
    );
  const isSaidMissing = hasBit(memory.unwanted, bit);
  return (
    <span className="row wrap">
      {is === "unfitted" && (
        <BitButton sensor={name} words="should be there" onPress={() => decide(true)} />
      )}
      {!isSaidMissing && (
        <BitButton sensor={name} words="is not fitted" onPress={() => decide(false)} />
      )}
    </span>
  );
}

type BitButtonProps = {
  readonly sensor: string;
  readonly words: string;
  readonly onPress: () => void;
};

function BitButton({ sensor, words, onPress }: BitButtonProps) {
  return (
    <button type="button" className="link" aria-label={`${sensor} ${words}`} onClick={onPress}>
      {words}
    </button>
  );
}

const SIGNS = { working: "", faulty: "?", unfitted: "–", unused: "–", unknown: "–" } as const;

const BIT_WORDS = {
  working: "works",
  unfitted: "does not work and never did",
  faulty: "missing or faulty",
  unused: "does not work, and no value is asked of it",
  unknown: "not told yet",
} as const;
