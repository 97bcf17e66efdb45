import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { HttpAddress } from "./house.ts";

/** Open connections get so long to come to their end. */
const FINISH_MS = 1_000;

/** Where the server listens; it can move, and those who are connected stay so. */
export class Listener {
  readonly #server: Server;
  #host = "";

  constructor(server: Server) {
    this.#server = server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  open({ host, port }: HttpAddress): Promise<Outcome<void, Problem>> {
    const server = this.#server;
    return new Promise((resolve) => {
      const refused = (reason: NodeJS.ErrnoException) => {
        server.off("listening", listening);
        resolve(failure(refusal(`${host}:${port}`, reason.code)));
      };
      const listening = () => {
        server.off("error", refused);
        this.#host = host;
        resolve(success(undefined));
      };
      server.once("error", refused).once("listening", listening).listen({ host, port });
    });
  }

  /** Listens elsewhere from now on, on the same port where it is 0; comes back if it cannot. */
  async move(to: HttpAddress): Promise<Outcome<void, Problem>> {
    const before = { host: this.#host, port: this.port };
    const after = { host: to.host, port: to.port || before.port };
    if (after.host === before.host && after.port === before.port) return success(undefined);
    this.#server.close();
    const moved = await this.open(after);
    if (!moved.ok) await this.open(before);
    return moved;
  }

  /** Settles when nobody is connected any more, at the latest after a moment of grace. */
  async close(cutOff: () => void): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#server.closeAllConnections();
        cutOff();
      }, FINISH_MS);
      this.#server.close(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function refusal(address: string, code = "unknown reason"): Problem {
  const detail =
    code === "EADDRINUSE"
      ? `another program listens on ${address}; choose another with --http`
      : `cannot listen on ${address} (${code}); choose another with --http`;
  return problem("port_taken", detail);
}
