import type { Readable } from "node:stream";
import type { Identity } from "../access/access.ts";
import type { Problem } from "../domain/problem.ts";
import type { Outcome } from "../lib/outcome.ts";
import type { Body, Params, Reply, ROUTES, RouteName, RouteQuery } from "./contract.ts";
import type { House } from "./house.ts";

/** One request, after its guard and its schemas. */
export type Call<R extends RouteName> = {
  readonly params: Params<R>;
  readonly query: RouteQuery<R>;
  readonly body: Body<R>;
  /** Who asks; nobody is known yet on a public route. */
  readonly by: (typeof ROUTES)[R]["permission"] extends "public" | "setup" ? undefined : Identity;
  readonly remote: string;
  /** The name by which the caller reached this server. */
  readonly host: string;
  readonly accept: string;
  readonly cookie: string | undefined;
  /** Hands a session out, or takes it back with null. */
  readonly setCookie: (cookie: string | null) => void;
};

/** What the route declared, done without a word (204), or the rare body that is no JSON. */
export type Answer<R extends RouteName> = Promise<Done<R>>;
type Done<R extends RouteName> = (typeof ROUTES)[R] extends { readonly reply: unknown }
  ? Outcome<Reply<R> | Verbatim, Problem>
  : (typeof ROUTES)[R] extends { readonly produces: string }
    ? Outcome<Verbatim, Problem>
    : Outcome<void, Problem>;
export type Handler<R extends RouteName> = (house: House, call: Call<R>) => Answer<R>;
/** Some of the routes: what a resource's file gives. */
export type Handlers = { readonly [R in RouteName]?: Handler<R> };

/** A body that is sent as it is. */
export class Verbatim {
  readonly contentType: string;
  readonly body: string | Readable;
  readonly headers: Readonly<Record<string, string>>;

  constructor(contentType: string, body: string | Readable, headers: Record<string, string> = {}) {
    this.contentType = contentType;
    this.body = body;
    this.headers = headers;
  }
}
