import { createServer, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type DetailedPeerCertificate,
  type TLSSocket,
  type Server as TlsServer,
} from "node:tls";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Clock } from "../../lib/clock.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { ClientCertificate } from "../broker.ts";
import type { Turnstile } from "./turnstile.ts";

export type Address = { readonly host: string; readonly port: number };

export type TlsAddress = Address & {
  readonly key: string;
  readonly certificate: string;
  /** Who signs the certificates of clients. */
  readonly ca: string;
  /** Who else may have, as `admit` decides. Fallback: nobody. */
  readonly welcome?: readonly string[];
};

export type Arrived = {
  readonly socket: Socket;
  readonly certificate: ClientCertificate | null;
};

/** A port that is open. */
export type Listening = {
  readonly port: number;
  readonly server: Server;
  /** All that are open, also those whose TLS handshake is not done. */
  readonly sockets: ReadonlySet<Socket>;
  /** Shows new connections another certificate. Throws where key and certificate do not fit. */
  readonly renew?: (key: string, certificate: string) => void;
  /** Names further authorities to clients. */
  readonly welcome?: (authorities: readonly string[]) => void;
};

/** What becomes of those who come. */
export type Door = {
  readonly clock: Pick<Clock, "after">;
  readonly turnstile: Turnstile;
  readonly onArrived: (arrived: Arrived) => void;
  readonly onRefused: (remote: string, detail: string) => void;
};

/** A silent peer is noticed by TCP at last, even where MQTT's keep-alive is off. */
const TCP_KEEP_ALIVE_MS = 60_000;
/** A reconnect storm after a power cut waits in the kernel rather than being refused. */
const BACKLOG = 1_024;
const TOO_MANY = `more than ${LIMIT.connections} connections`;

export async function listenPlain(
  address: Address,
  door: Door,
): Promise<Outcome<Listening, Problem>> {
  const server = createServer({ pauseOnConnect: true }, (socket) =>
    inTurn(door, socket, (done) => {
      done();
      door.onArrived({ socket: prepared(socket), certificate: null });
    }),
  );
  return open(server, address, "--mqtt", door);
}

/** Asks for a client certificate, and leaves it to CONNECT what a missing or bad one means. */
export async function listenTls(
  address: TlsAddress,
  door: Door,
): Promise<Outcome<Listening, Problem>> {
  let { key, certificate: cert, welcome = [] } = address;
  // Once others were welcome, a handshake that began then may still end: TLS's word is not enough.
  let isOursAlone = welcome.length === 0;
  const context = () => {
    const ca = [address.ca, ...welcome];
    return { key, cert, ca, minVersion: "TLSv1.2" as const };
  };
  const tls = createTlsServer({
    ...context(),
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: LIMIT.connectWithinMs,
  });
  const handshakes = new Handshakes(tls);
  tls.on("secureConnection", (socket) =>
    door.onArrived({ socket: prepared(socket), certificate: certificateOf(socket, isOursAlone) }),
  );
  tls.on("tlsClientError", (error, socket) =>
    door.onRefused(socket.remoteAddress ?? "", `TLS handshake: ${error.message}`),
  );
  // The handshake is what costs: it begins when it is the socket's turn.
  const server = createServer({ pauseOnConnect: true }, (socket) =>
    hear(door, socket, () => inTurn(door, socket, (done) => handshakes.begin(socket, done))),
  );
  const opened = await open(server, address, "--mqtts", door);
  if (!opened.ok) return opened;
  return success({
    ...opened.value,
    renew(nextKey: string, certificate: string) {
      [key, cert] = [nextKey, certificate];
      tls.setSecureContext(context());
    },
    welcome(authorities: readonly string[]) {
      welcome = authorities;
      isOursAlone &&= welcome.length === 0;
      tls.setSecureContext(context());
    },
  });
}

/** TLS servers tell of their own sockets only: those under them are known by their peer. */
class Handshakes {
  readonly #tls: TlsServer;
  readonly #done = new Map<string, () => void>();

  constructor(tls: TlsServer) {
    this.#tls = tls;
    tls.on("secureConnection", (socket) => this.#done.get(peerOf(socket))?.());
  }

  begin(socket: Socket, call: () => void): void {
    const peer = peerOf(socket);
    const done = () => {
      this.#done.delete(peer);
      socket.off("close", done);
      call();
    };
    this.#done.set(peer, done);
    socket.on("close", done);
    this.#tls.emit("connection", socket);
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/**
 * Waits for the first bytes: a peer that says nothing takes nobody's turn. TLS is handed what was
 * read here, and makes room for just that; where it reads first, it takes 64 kB and keeps them for
 * as long as the connection lasts (Node's NodeBIO).
 */
function hear({ clock }: Door, socket: Socket, call: () => void): void {
  const lost = () => socket.destroy();
  socket.on("error", lost);
  const patience = clock.after(LIMIT.connectWithinMs, lost);
  socket.once("readable", () => {
    socket.off("error", lost);
    patience.cancel();
    if (socket.readableLength > 0) call();
    else lost();
  });
}

/** Whoever left while waiting has lost its turn. */
function inTurn({ turnstile }: Door, socket: Socket, welcome: (done: () => void) => void): void {
  const lost = () => socket.destroy();
  socket.on("error", lost);
  turnstile.enter(socket.remoteAddress ?? "", (done) => {
    socket.off("error", lost);
    if (socket.destroyed) done();
    else welcome(done);
  });
}

/**
 * Without TCP_NODELAY a small answer waits up to 44 ms for the peer's delayed acknowledgement. When
 * the peer ends, this side does not at once: thousands may end at the same time.
 */
function prepared<S extends Socket>(socket: S): S {
  socket.allowHalfOpen = true;
  socket.setNoDelay(true);
  socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
  return socket;
}

function certificateOf(socket: TLSSocket, isOursAlone: boolean): ClientCertificate | null {
  const shown = socket.getPeerCertificate();
  if (!shown.subject) return null;
  const { CN } = shown.subject;
  const valid = socket.authorized && isOursAlone;
  return {
    // Several common names are none: nobody chooses between them.
    commonName: typeof CN === "string" ? CN : "",
    serial: shown.serialNumber.toUpperCase(),
    valid,
    chain: valid ? [shown.raw] : chainOf(socket),
    reason: socket.authorized ? null : String(socket.authorizationError),
  };
}

/** What the client sent; the root stands behind itself, and ends it. */
function chainOf(socket: TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  const seen = new Set<string>();
  while (next?.raw && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}

function open(
  server: Server,
  { host, port }: Address,
  option: string,
  door: Door,
): Promise<Outcome<Listening, Problem>> {
  const sockets = new Set<Socket>();
  function forget(this: Socket) {
    sockets.delete(this);
  }
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", forget);
  });
  server.maxConnections = LIMIT.connections;
  server.on("drop", (dropped) => door.onRefused(dropped?.remoteAddress ?? "", TOO_MANY));
  return new Promise((resolve) => {
    server.on("error", (error: NodeJS.ErrnoException) => {
      const detail = `${option} ${host}:${port} cannot be opened (${error.code ?? error.message})`;
      resolve(failure(problem("port_taken", detail)));
    });
    server.listen({ host, port, backlog: BACKLOG }, () => {
      const bound = server.address();
      const isBound = typeof bound === "object" && bound !== null;
      resolve(success({ port: isBound ? bound.port : port, server, sockets }));
    });
  });
}
