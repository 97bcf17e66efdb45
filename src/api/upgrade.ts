import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import { LIMIT } from "../domain/limit.ts";
import { PROBLEMS, type Problem, problem } from "../domain/problem.ts";
import { newId } from "../lib/id.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { admit, COOKIE, identify, type Knock } from "./guard.ts";
import type { House } from "./house.ts";
import { LiveSocket } from "./live.ts";
import { PROBLEM_TYPE, problemReply } from "./reply.ts";

type UpgradeOptions = {
  readonly livePath: string;
  /** Null where MQTT over WebSocket is not offered. */
  readonly mqttPath: string | null;
  readonly cookiesOf: (header: string) => Record<string, string | undefined>;
};

/** What becomes of the socket once it speaks WebSocket. */
type Welcome = (socket: WebSocket, remote: string) => void;

/** The WebSocket doors. A socket is upgraded only after its guard; others get a problem. */
export function acceptUpgrades(
  server: Server,
  house: House,
  options: UpgradeOptions,
): { readonly cutOff: () => void } {
  const live = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: LIMIT.requestBytes,
  });
  const mqtt = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: LIMIT.packetBytes,
    handleProtocols: (protocols) => (protocols.has("mqtt") ? "mqtt" : false),
  });
  const open = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until it is upgraded, a socket that breaks concerns nobody.
    socket.on("error", () => socket.destroy());
    const { pathname } = new URL(request.url ?? "/", "http://host");
    const isMqtt = pathname === options.mqttPath;
    const welcome = isMqtt
      ? await welcomeMqtt(house, request)
      : await welcomeViewer(house, request, pathname, options);
    if (!welcome.ok) return refuse(house, socket, welcome.problem);
    const remote = request.socket.remoteAddress ?? "";
    const sockets = isMqtt ? mqtt : live;
    sockets.handleUpgrade(request, socket, head, (upgraded) => welcome.value(upgraded, remote));
  };
  server.on("upgrade", (request, socket, head) => {
    open(request, socket, head).catch((reason) => {
      house.log.error("upgrade failed", { reason: String(reason) });
      refuse(house, socket, problem("internal", ""));
    });
  });
  return {
    cutOff() {
      for (const socket of [...live.clients, ...mqtt.clients]) socket.terminate();
    },
  };
}

async function welcomeViewer(
  house: House,
  request: IncomingMessage,
  pathname: string,
  { livePath, cookiesOf }: UpgradeOptions,
): Promise<Outcome<Welcome, Problem>> {
  if (pathname !== livePath) return failure(problem("route_unknown", "no WebSocket here"));
  const { headers } = request;
  const knock: Knock = { headers, cookie: cookiesOf(headers.cookie ?? "")[COOKIE], isUnsafe: true };
  const admitted = await admit(house.access, "view", knock);
  if (!admitted.ok) return admitted;
  const identity = admitted.value;
  if (!identity) return failure(problem("sign_in_needed", "no valid session or token"));
  if (house.viewers.isFull)
    return failure(problem("viewer_limit", `at most ${LIMIT.liveViewers} at once`));
  const guest = { identity, identify: () => identify(house.access, knock) };
  return success((socket) => void new LiveSocket(house, guest, socket));
}

/** Who it is, MQTT's own CONNECT says; a page of another site may not even try. */
async function welcomeMqtt(
  house: House,
  { headers }: IncomingMessage,
): Promise<Outcome<Welcome, Problem>> {
  const admitted = await admit(house.access, "public", {
    headers,
    cookie: undefined,
    isUnsafe: true,
  });
  if (!admitted.ok) return admitted;
  return success((socket, remote) => house.broker.accept(binaryStream(socket), remote));
}

/** MQTT comes in binary frames; another one ends the connection: MQTT 5.0 section 6. */
function binaryStream(socket: WebSocket): Duplex {
  const stream = createWebSocketStream(socket);
  socket.prependListener("message", (_data, isBinary: boolean) => {
    if (isBinary) return;
    stream.destroy();
    socket.terminate();
  });
  return stream;
}

function refuse(house: House, socket: Duplex, what: Problem): void {
  const { status } = PROBLEMS[what.code];
  const body = JSON.stringify(problemReply(what, newId(house.clock.now())));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
