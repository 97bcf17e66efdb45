import type {
  Body,
  Params,
  ProblemReply,
  Reply,
  RouteName,
  RouteQuery,
} from "../src/api/contract.ts";
import { PROBLEMS, type ProblemCode } from "../src/domain/problem.ts";

type Given<Key extends string, T> = [T] extends [undefined]
  ? { readonly [K in Key]?: never }
  : Record<never, never> extends T
    ? { readonly [K in Key]?: T }
    : { readonly [K in Key]: T };

/** What a route asks for: its path's parameters, its query and its body. */
export type Parts<R extends RouteName> = Given<"params", Params<R>> &
  Given<"query", RouteQuery<R>> &
  Given<"body", Body<R>>;

/** The last argument of `call`: it may be left out where a route asks for nothing. */
export type PartsOf<R extends RouteName> =
  Record<never, never> extends Parts<R> ? [parts?: Parts<R>] : [parts: Parts<R>];

type AnyParts = {
  readonly params?: Record<string, unknown>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
};

/** Talks to the server, typed by the contract. Throws a `ProblemError` and nothing else. */
export async function call<R extends RouteName>(
  route: R,
  ...[parts]: PartsOf<R>
): Promise<Reply<R>> {
  const response = await replyOf(route, parts as AnyParts, {});
  if (response.status === 204) return undefined as Reply<R>;
  return wholly(async () => (await response.json()) as Reply<R>);
}

type FileCall = {
  readonly type: string;
  readonly signal: AbortSignal;
  /** How many have come so far. */
  readonly onBytes: (bytes: number) => void;
};

/** The same as a file of this type, where a route gives one. */
export async function callForFile<R extends RouteName>(
  { type, signal, onBytes }: FileCall,
  route: R,
  ...[parts]: PartsOf<R>
): Promise<Blob> {
  const response = await replyOf(route, parts as AnyParts, { accept: type }, signal);
  let bytes = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, whole) {
      bytes += piece.length;
      onBytes(bytes);
      whole.enqueue(piece);
    },
  });
  return wholly(() => new Response(response.body?.pipeThrough(counted) ?? null).blob());
}

/** What comes in part has not come. */
async function wholly<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch {
    throw new ProblemError("offline", 0, "The answer broke off. Is the server still running?");
  }
}

/** An expected failure as the server told it, or `offline` where no answer came. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode | "offline";
  readonly status: number;

  constructor(code: ProblemCode | "offline", status: number, detail: string) {
    super(detail);
    this.code = code;
    this.status = status;
  }
}

async function replyOf(
  route: RouteName,
  { params, query, body }: AnyParts = {},
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Response> {
  const [method = "GET", path = ""] = route.split(" ");
  const url = `/api/v1${filled(path, params)}${asked(query)}`;
  const isBytes = body instanceof Uint8Array;
  const type = isBytes ? "application/octet-stream" : "application/json";
  const response = await send(url, {
    method,
    credentials: "same-origin",
    signal: signal ?? null,
    headers: { ...headers, ...(body !== undefined && { "content-type": type }) },
    body: isBytes ? (body as Uint8Array<ArrayBuffer>) : (JSON.stringify(body) ?? null),
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function send(url: string, wish: RequestInit): Promise<Response> {
  try {
    return await fetch(url, wish);
  } catch {
    // fetch rejects only when no answer came at all.
    throw new ProblemError("offline", 0, "The server does not answer. Is it running?");
  }
}

async function problemOf(response: Response): Promise<ProblemError> {
  const reply = (await response.json().catch(() => ({}))) as Partial<ProblemReply>;
  const code = isCode(reply.code) ? reply.code : "internal";
  return new ProblemError(code, response.status, reply.detail || PROBLEMS[code].meaning);
}

function isCode(code: string | undefined): code is ProblemCode {
  return code !== undefined && code in PROBLEMS;
}

function filled(path: string, params: Record<string, unknown> = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function asked(query: Record<string, unknown> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size > 0 ? `?${search}` : "";
}
