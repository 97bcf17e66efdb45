import fastifyCookie from "@fastify/cookie";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import { LIMIT } from "../domain/limit.ts";
import type { Problem } from "../domain/problem.ts";
import { newId } from "../lib/id.ts";
import { type Outcome, success } from "../lib/outcome.ts";
import { readBodies } from "./bodies.ts";
import { registerBrokerAuth } from "./broker-auth.ts";
import { compressReplies } from "./compress.ts";
import { harden, serveFiles } from "./files.ts";
import type { ApiOptions, ApiParts, House } from "./house.ts";
import { Listener } from "./listener.ts";
import { registerInsightsHub } from "./mindsphere/mindsphere.ts";
import { Model } from "./model.ts";
import { Notices } from "./notices.ts";
import { Rates } from "./rates.ts";
import { Refusals } from "./refusals.ts";
import { refuseSocket, sendError } from "./reply.ts";
import { BASE, registerRoutes } from "./routes.ts";
import { acceptUpgrades } from "./upgrade.ts";
import { Viewers } from "./viewers.ts";
import { registerWorkers } from "./workers.ts";

/** The doors for people and programs: HTTP, live feed, screens. */
export interface Api {
  /** The port that is open, after port 0 was resolved. */
  readonly port: number;
  /** Ends live feeds, lets requests finish and frees the port. */
  close(): Promise<void>;
}

export async function openApi(
  options: ApiOptions,
  parts: ApiParts,
): Promise<Outcome<Api, Problem>> {
  const app = server(parts);
  const listener = new Listener(app.server);
  const house = furnish(options, parts, () => void moveOut(options, parts, listener));
  await app.register(fastifyCookie);
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    sendError(parts.log, error, request, reply),
  );
  compressReplies(app);
  registerRoutes(app, house);
  if (options.brokerSecret) registerBrokerAuth(app, house, options.brokerSecret);
  await registerInsightsHub(app, house);
  const { reception } = parts;
  if (options.workerSecret && reception) {
    registerWorkers(app, house, reception, options.workerSecret);
  }
  await serveFiles(app, options.screens);
  const sockets = acceptUpgrades(app.server, house, {
    livePath: `${BASE}/live`,
    mqttPath: options.mqttWebsocket ? "/mqtt" : null,
    cookiesOf: (header) => app.parseCookie(header),
  });
  await app.ready();
  const opened = await listener.open(options.http);
  if (!opened.ok) {
    house.rates.close();
    await app.close();
    return opened;
  }
  return success({
    get port() {
      return listener.port;
    },
    async close() {
      house.rates.close();
      house.viewers.close();
      await listener.close(() => sockets.cutOff());
      await app.close();
    },
  });
}

/** The rooms, and what the API keeps for itself. */
function furnish(options: ApiOptions, parts: ApiParts, ownerExists: () => void): House {
  const model = new Model(parts.store, parts.clock);
  const notices = new Notices();
  const viewers = new Viewers();
  const changed = (subject: string) => {
    if (!/^(rollout|template):/.test(subject)) model.forget();
    notices.tell({ kind: "model.changed", subject, detail: {} });
  };
  parts.onChanged(changed);
  parts.access.onLost((actorId) => viewers.lost(actorId));
  parts.commands.onChange(({ id, deviceId, state, detail }) =>
    notices.tell({
      kind: `command.${state}`,
      subject: `command:${id}`,
      detail: { deviceId, detail },
    }),
  );
  const rates = new Rates(parts.gauges, parts.clock);
  const { version, mqttAck = "synced" } = options;
  const openedAt = parts.clock.now();
  const refusals = new Refusals(parts);
  return {
    ...parts,
    version,
    mqttAck,
    openedAt,
    model,
    notices,
    viewers,
    changed,
    rates,
    refusals,
    ownerExists,
  };
}

/** Until there is an owner nobody from elsewhere may come near; afterwards, as configured. */
async function moveOut({ afterSetUp }: ApiOptions, { log }: ApiParts, listener: Listener) {
  if (!afterSetUp) return;
  const moved = await listener.move(afterSetUp);
  if (!moved.ok) log.error("could not listen elsewhere after set-up", { ...moved.problem });
}

function server({ clock, log }: ApiParts): FastifyInstance {
  const app = fastify({
    bodyLimit: LIMIT.requestBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    genReqId: () => newId(clock.now()),
    requestTimeout: LIMIT.requestMs,
    clientErrorHandler: (error, socket) => refuseSocket(error, socket, newId(clock.now())),
    // What fails before a route is found passes no hook, and looks like all the rest.
    frameworkErrors(error, request, reply) {
      harden(request, reply);
      sendError(log, error, request, reply);
    },
  });
  readBodies(app);
  return app;
}
