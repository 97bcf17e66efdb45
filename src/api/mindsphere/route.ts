import type { IncomingHttpHeaders } from "node:http";
import type { Bearer } from "../../access/access.ts";
import type { Permission } from "../../domain/permission.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Outcome } from "../../lib/outcome.ts";
import type { House } from "../house.ts";

/** `GET /api/assetmanagement/v3/assets/:id`, by the same words as `/api/v1`. */
export type Routes = { readonly [name: string]: Route };

export type Route = {
  readonly permission: Permission;
  /** Agents may call it too; the handler sees to it that they touch nothing but their own. */
  readonly agents?: true;
  readonly summary: string;
  /** What its body may have at most, where that is not LIMIT.requestBytes. */
  readonly bodyBytes?: number;
  readonly handle: (house: House, ask: Ask) => Promise<Outcome<Answer, Problem>>;
};

/** One request, after its guard. Its parts are looked at by the handler: see body.ts, query.ts. */
export type Ask = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: IncomingHttpHeaders;
  /** As it came: JSON, a form, parts or any bytes. */
  readonly body: Uint8Array;
  /** Who asks; nobody is known on a public route. */
  readonly by: Bearer | undefined;
  readonly remote: string;
  /** Scheme and host by which the caller reached us, for links. */
  readonly origin: string;
  /** Path without its query, for links. */
  readonly path: string;
};

export type Answer = {
  readonly status: number;
  /** JSON unless it is bytes or a stream; integers beyond 2^53 become texts of their digits. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};
