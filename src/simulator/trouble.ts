import type { DeviceAddress } from "../domain/brand.ts";

/** What somebody wants to go wrong now, or to be well again. */
export type Trouble =
  | { readonly kind: "outage"; readonly tenant: string | null; readonly lastsMs: number }
  | { readonly kind: "dead" | "alive"; readonly device: DeviceAddress }
  | { readonly kind: "broken" | "whole"; readonly device: DeviceAddress; readonly sensor: string };

export const TROUBLES_HELP = `\
outage SECONDS, outage NETWORK SECONDS   gateways are away, in real time
dead NODE, alive NODE                    a node falls silent, and speaks again
broken NODE SENSOR, whole NODE SENSOR    one of temperature, humid, voc, co2,
                                         illuminance, microphone, motion`;

/** Undefined for a line that says none. */
export function readTrouble(line: string): Trouble | undefined {
  const [kind, ...words] = line.trim().split(/\s+/);
  const [first = "", second] = words;
  switch (kind) {
    case "outage": {
      const lastsMs = Number(second ?? first) * 1_000;
      if (!(lastsMs > 0) || words.length > 2) return undefined;
      return { kind, tenant: second === undefined ? null : first, lastsMs };
    }
    case "dead":
    case "alive":
      return words.length === 1 ? { kind, device: first as DeviceAddress } : undefined;
    case "broken":
    case "whole":
      if (words.length !== 2 || second === undefined) return undefined;
      return { kind, device: first as DeviceAddress, sensor: second };
    default:
      return undefined;
  }
}
