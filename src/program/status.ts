import { type ExitCode, type Io, optionsOf } from "./io.ts";
import { usageOf } from "./usage.ts";

/** What the API says of its health. */
type Health = {
  readonly status: "ready" | "degraded" | "unready";
  readonly reasons: readonly string[];
  readonly uplink?: {
    readonly isUp: boolean;
    readonly reason: string | null;
    readonly waiting: {
      readonly samples: number;
      readonly bytes: number;
      readonly oldestAt: string | null;
    };
    readonly fillingUp?: { readonly leftSeconds: number | null } | null;
    readonly acknowledgedAt: string | null;
  };
};

const FALLBACK = "http://127.0.0.1:8080";

/** `fieldline status`: how a running house is, for whoever stands before the machine it is on. */
export async function runStatus(args: readonly string[], io: Io): Promise<ExitCode> {
  const { url = FALLBACK, ...more } = optionsOf(args);
  if (Object.keys(more).length > 0) {
    io.complain(usageOf("status"));
    return 2;
  }
  const health = await healthOf(url);
  if (typeof health === "string") {
    io.complain(`${url}: ${health}`);
    return 2;
  }
  for (const line of linesOf(health)) io.print(line);
  return health.status === "ready" ? 0 : 2;
}

/** Or why there is none. */
async function healthOf(url: string): Promise<Health | string> {
  try {
    const response = await fetch(`${url.replace(/\/$/, "")}/api/v1/health`);
    return response.ok ? ((await response.json()) as Health) : `HTTP ${response.status}`;
  } catch (reason) {
    return `nobody answers (${reason instanceof Error ? reason.message : String(reason)})`;
  }
}

function linesOf({ status, reasons, uplink }: Health): string[] {
  const own = [status, ...reasons.map((reason) => `- ${reason}`)];
  if (!uplink) return own;
  const { isUp, reason, waiting, fillingUp, acknowledgedAt } = uplink;
  const { samples, bytes, oldestAt } = waiting;
  return [
    ...own,
    `uplink: ${isUp ? "up" : `down: ${reason}`}`,
    `last acknowledged: ${acknowledgedAt ?? "not since this start"}`,
    samples === 0
      ? "waiting: nothing"
      : `waiting: about ${samples} samples, ${bytes} bytes, the oldest of ${oldestAt}`,
    ...(fillingUp ? [`live values go up at once; what waited ${leftOf(fillingUp)}`] : []),
  ];
}

function leftOf({ leftSeconds }: { readonly leftSeconds: number | null }): string {
  if (leftSeconds === null) return "follows beside them";
  const minutes = Math.ceil(leftSeconds / 60);
  return `is there in about ${minutes === 1 ? "a minute" : `${minutes} minutes`}`;
}
