import { setTimeout } from "node:timers/promises";
import { type Problem, problem } from "../domain/problem.ts";
import { assert } from "../lib/assert.ts";
import { backoff } from "../lib/backoff.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Io } from "./io.ts";

/** A running server by its API, with what FIELDLINE_TOKEN says. */
export type Remote = {
  <T>(method: string, path: string, body?: unknown): Promise<Outcome<T, Problem>>;
  raw(wish: Wish): Promise<Response>;
  /** Asks again where the server is away for a while, too busy, or breaks off. */
  patient(wish: Wish): Promise<Outcome<Whole, Problem>>;
  /** From now on nobody waits: what is asked for ends, what is being sent is sent to its end. */
  giveUp(): void;
};

/** An answer that has come to its end. */
export type Whole = { readonly headers: Headers; readonly bytes: Buffer };

type Wish = {
  readonly method: string;
  readonly path: string;
  readonly accept?: string;
  readonly body?: unknown;
  /** Of a body that is a text of its own; any other goes as JSON. */
  readonly type?: string | undefined;
};

/** A server that is started anew is back within. */
const TRIES = 7;
const RETRY = { firstMs: 500, longestMs: 15_000 };

export function remoteOf(url: string, io: Io): Outcome<Remote, Problem> {
  const token = io.environment["FIELDLINE_TOKEN"];
  if (!token) return failure(problem("sign_in_needed", "set FIELDLINE_TOKEN to a token"));
  return success(asking(`${url.replace(/\/$/, "")}/api/v1`, token, io));
}

function asking(base: string, token: string, io: Pick<Io, "complain">): Remote {
  const given = new AbortController();
  const raw = ({ method, path, accept = "application/json", body, type }: Wish) =>
    fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept,
        ...(body !== undefined && { "content-type": type ?? "application/json" }),
      },
      ...(body !== undefined && { body: type ? String(body) : JSON.stringify(body) }),
      ...(method === "GET" && { signal: given.signal }),
    });
  const once = async (wish: Wish): Promise<Outcome<Response, Problem>> => {
    const response = await raw(wish).catch((reason) => String(reason));
    if (typeof response === "string") return failure(problem("link_down", `${base}: ${response}`));
    return response.ok ? success(response) : problemOf(response);
  };
  const whole = async (wish: Wish): Promise<Outcome<Whole, Problem>> => {
    const done = await once(wish);
    if (!done.ok) return done;
    const bytes = await done.value.arrayBuffer().catch((reason) => String(reason));
    if (typeof bytes === "string") return failure(problem("link_down", `${base}: ${bytes}`));
    return success({ headers: done.value.headers, bytes: Buffer.from(bytes) });
  };
  const patient = async (wish: Wish): Promise<Outcome<Whole, Problem>> => {
    for (let tries = 0; ; tries += 1) {
      const done = await whole(wish);
      if (done.ok || !isForAWhile(done.problem) || tries + 1 === TRIES) return done;
      if (given.signal.aborted) return done;
      if (tries === 0) io.complain(`${done.problem.detail}; trying again for half a minute`);
      await pause(backoff(RETRY, tries, 1), given.signal);
    }
  };
  const ask = async <T>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Outcome<T, Problem>> => {
    const done = await once({ method, path, body });
    if (!done.ok) return done;
    const text = await done.value.text();
    return success((text === "" ? undefined : JSON.parse(text)) as T);
  };
  return Object.assign(ask, { raw, patient, giveUp: () => given.abort() });
}

async function pause(ms: number, until: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal: until }).catch(() => {
    assert(until.aborted, "a pause ends early only where it is given up");
  });
}

/** Of a server that is not there, or not able, and may be soon. */
export function isForAWhile({ code }: Problem): boolean {
  return ["link_down", "historian_failed", "history_away", "internal"].includes(code);
}

export async function problemOf(response: Response): Promise<Outcome<never, Problem>> {
  const said: unknown = await response.json().catch(() => undefined); // Not from Fieldline.
  const { code, detail } = (said ?? {}) as Partial<Problem>;
  return failure({ code: code ?? "internal", detail: detail ?? `HTTP ${response.status}` });
}
