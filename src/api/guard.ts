import type { IncomingHttpHeaders } from "node:http";
import type { Access, Identity } from "../access/access.ts";
import { mayDo, type Permission } from "../domain/permission.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, success } from "../lib/outcome.ts";

export const COOKIE = "fieldline_session";

/** The same for HTTP requests and WebSocket upgrades. */
export type Knock = {
  readonly headers: IncomingHttpHeaders;
  readonly cookie: string | undefined;
  /** Whether a page of another site could be behind it and do harm. */
  readonly isUnsafe: boolean;
};

type Admitted =
  | { readonly ok: true; readonly value: Identity | undefined }
  /** `refused` is known, but may not do this. */
  | { readonly ok: false; readonly problem: Problem; readonly refused?: Identity };

/**
 * The one place where it is decided who may come in. Deny by default: only `public` and `setup`
 * (whose handler checks the one-time token) let nobody in particular pass.
 */
export async function admit(
  access: Access,
  permission: Permission,
  knock: Knock,
): Promise<Admitted> {
  if (knock.isUnsafe && !isOwnOrigin(knock.headers)) {
    return failure(problem("origin_forbidden", "this page is not one of ours"));
  }
  if (permission === "public" || permission === "setup") return success(undefined);
  const identity = await identify(access, knock);
  if (!identity) return failure(problem("sign_in_needed", "no valid session or token"));
  if (mayDo(identity.role, permission)) return success(identity);
  const detail = `this needs '${permission}', which the role '${identity.role}' does not have`;
  return { ...failure(problem("permission_missing", detail)), refused: identity };
}

/** Who the cookie or the bearer token belongs to. */
export function identify(
  access: Access,
  { cookie, headers }: Pick<Knock, "cookie" | "headers">,
): Promise<Identity | undefined> {
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];
  return access.identify({ cookie, bearer });
}

/** Reading is safe: other sites cannot see the answer, and no GET changes anything. */
export function isUnsafeMethod(method: string): boolean {
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
}

/**
 * Browsers name the page that asks. Programs name none and have no cookie that another could
 * borrow. Compared by host, for a proxy in front may speak TLS where we do not.
 */
function isOwnOrigin({ origin, host, ...headers }: IncomingHttpHeaders): boolean {
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === host;
  const site = headers["sec-fetch-site"];
  return site === undefined || site === "same-origin" || site === "none";
}
