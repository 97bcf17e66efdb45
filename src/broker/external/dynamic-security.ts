import type { AgentId } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Clock, Timer } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Log } from "../../lib/log.ts";
import type { Account } from "../broker.ts";
import {
  type ClientThere,
  commandsFor,
  GROUP,
  isForeign,
  leftovers,
  ownRights,
  type RoleThere,
  removalOf,
  type There,
} from "./accounts.ts";
import { Client } from "./client.ts";
import { type Command, Control } from "./control.ts";
import type { ServerAddress } from "./external.ts";

type Parts = {
  readonly clientId: string;
  /** Fieldline's own user there; it gives itself what it needs. */
  readonly ownName: string | null;
  /** Everybody who may come in, read anew whenever the broker is there again. */
  readonly accounts: () => Promise<readonly Account[]>;
  readonly clock: Clock;
  readonly log: Log;
  readonly chance: () => number;
};

const PAGE = 500;
const COMMANDS_AT_ONCE = 100;
const NOT_READY = problem("link_down", "the broker's rights were not brought up to date yet");

/**
 * Keeps Mosquitto's dynamic security in step with the house's agents: all of them when the broker
 * comes, one when it changes. Passwords are known only in the moment in which they are made; what
 * the broker misses of them waits in memory until it is there.
 */
export class DynamicSecurity {
  readonly #parts: Parts;
  readonly #client: Client;
  readonly #passwords = new Map<string, string>();
  #control: Control | undefined;
  #trouble: Problem | null = NOT_READY;
  #retry: Timer | undefined;
  #isClosed = false;
  /** One change after the other, each on what the one before has left. */
  #turn: Promise<void> = Promise.resolve();

  constructor(address: ServerAddress, parts: Parts) {
    this.#parts = parts;
    this.#client = new Client(address, {
      ...parts,
      isFresh: true,
      begin: (wire, welcome) =>
        new Control(
          {
            clock: parts.clock,
            onReady: (control) => {
              this.#control = control;
              void this.#inTurn(() => this.#resync());
            },
            onRefused: (detail) => this.#failed(problem("broker_refused", detail)),
          },
          wire,
          welcome,
        ),
    });
  }

  /** Why rights there may not be ours; null while they are. */
  get trouble(): Problem | null {
    return this.#client.trouble ?? this.#trouble;
  }

  settled(): Promise<void> {
    return this.#client.settled();
  }

  /** Settles when the broker has been told, or will be when it is back. */
  change(account: Account, password: string | null): Promise<void> {
    if (password !== null) this.#passwords.set(account.username, password);
    return this.#inTurn(() => this.#bringUp([account]));
  }

  remove(agent: AgentId): Promise<void> {
    return this.#inTurn(async () => this.#tell(removalOf(await this.#read(), agent)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    await this.#turn;
    this.#client.close();
  }

  /** What fails is put right when the broker comes back, and is shown until then. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch((reason: unknown) => {
      const said = reason instanceof Error ? reason.message : String(reason);
      this.#failed(problem("link_down", `the broker's rights: ${said}`));
    });
    return this.#turn;
  }

  async #resync(): Promise<void> {
    const accounts = await this.#parts.accounts();
    await this.#control?.ask([{ command: "createGroup", groupname: GROUP }]);
    const there = await this.#read();
    await this.#tell(ownRights(there, this.#parts.ownName));
    await this.#tell(leftovers(there, accounts));
    await this.#bringUp(accounts);
    this.#trouble = null;
    this.#parts.log.info("the broker's rights are up to date", { agents: accounts.length });
  }

  async #bringUp(accounts: readonly Account[]): Promise<void> {
    const there = await this.#read();
    for (const account of accounts) {
      const { username } = account;
      const password = this.#passwords.get(username) ?? null;
      if (isForeign(there, account)) {
        this.#parts.log.warn("the broker has a client of this name that is not ours", { username });
      }
      await this.#tell(commandsFor(there, account, password));
      this.#passwords.delete(username);
    }
  }

  async #tell(commands: readonly Command[]): Promise<void> {
    for (let at = 0; at < commands.length; at += COMMANDS_AT_ONCE) {
      for (const answer of await this.#ask(commands.slice(at, at + COMMANDS_AT_ONCE))) {
        if (!answer.ok) throw new Error(answer.problem.detail);
      }
    }
  }

  async #read(): Promise<There> {
    const roles = await this.#list<RoleThere>("listRoles", "roles");
    const clients = await this.#list<ClientThere>("listClients", "clients");
    return {
      roles: new Map(roles.map((role) => [role.rolename, role])),
      clients: new Map(clients.map((client) => [client.username, client])),
    };
  }

  async #list<Row>(command: string, name: string): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (;;) {
      const page = { command, verbose: true, count: PAGE, offset: rows.length };
      const [answer] = await this.#ask([page]);
      if (!answer?.ok) throw new Error(answer?.problem.detail ?? "no answer");
      const found = rowsOf<Row>(answer.value, name);
      rows.push(...found);
      if (found.length < PAGE) return rows;
    }
  }

  async #ask(commands: readonly Command[]) {
    if (!this.#control || this.#client.trouble) throw new Error("the broker is away");
    return this.#control.ask(commands);
  }

  #failed(trouble: Problem): void {
    this.#trouble = trouble;
    this.#parts.log.error("the broker's rights are not up to date", { ...trouble });
    this.#retry?.cancel();
    if (this.#isClosed) return;
    this.#retry = this.#parts.clock.after(LIMIT.externalRetryMsMax, () => {
      void this.#inTurn(() => this.#resync());
    });
  }
}

/** The plugin's own form; a list that is missing is empty. */
function rowsOf<Row>(data: JsonObject, name: string): readonly Row[] {
  const rows: Json | undefined = data[name];
  return Array.isArray(rows) ? (rows as readonly unknown[] as readonly Row[]) : [];
}
