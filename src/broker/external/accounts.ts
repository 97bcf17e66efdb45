import type { AgentId } from "../../domain/brand.ts";
import type { Account } from "../broker.ts";
import type { Command } from "./control.ts";

/** What we have made there carries this mark, and nothing else is ever touched. */
export const GROUP = "fieldline";
/** No agent's id looks like this. */
const OWN_ROLE = `${GROUP}-itself`;

/** A role as the plugin lists it; priorities and the order of its rules do not matter to us. */
export type RoleThere = { readonly rolename: string; readonly acls: readonly Rule[] };
export type ClientThere = {
  readonly username: string;
  readonly clientid?: string;
  readonly disabled?: boolean;
  readonly roles: readonly { readonly rolename: string }[];
  readonly groups: readonly { readonly groupname: string }[];
};
type Rule = { readonly acltype: string; readonly topic: string; readonly allow: boolean };

export type There = {
  readonly roles: ReadonlyMap<string, RoleThere>;
  readonly clients: ReadonlyMap<string, ClientThere>;
};

/**
 * The commands that make the plugin say of an agent what the house says. Nothing for what is right
 * already: every change throws the client out, and a whole plant would come back at once.
 */
export function commandsFor(there: There, account: Account, password: string | null): Command[] {
  // Who comes by certificate is never asked for a password, and not refused where it is disabled
  // only: a revoked agent must be gone.
  if (account.isRevoked) return removalOf(there, account.agent);
  const names = namesOf(account).filter((name) => isFree(there, name));
  if (names.length === 0) return [];
  const outdated = clientsOf(there, account.agent).filter(({ username }) => {
    return !names.includes(username);
  });
  return [
    ...roleCommands(there, account),
    ...names.flatMap((username) => {
      const secret = username === account.username ? password : null;
      return clientCommands(there.clients.get(username), { ...account, username }, secret);
    }),
    ...outdated.map(({ username }) => ({ command: "deleteClient", username })),
  ];
}

/** Whether somebody else has made a client of the agent's name. */
export function isForeign(there: There, account: Account): boolean {
  return namesOf(account).some((name) => !isFree(there, name));
}

/** What it is called where it has a password, and where its certificate says who it is. */
function namesOf({ username, commonName }: Account): readonly string[] {
  return commonName === null || commonName === username ? [username] : [username, commonName];
}

function isFree({ clients }: There, name: string): boolean {
  const client = clients.get(name);
  return client === undefined || isOurs(client);
}

/** Clients that we made for agents that are gone. */
export function leftovers(there: There, accounts: readonly Account[]): Command[] {
  const known = new Set(accounts.flatMap(namesOf));
  const gone = [...there.clients.values()].filter(
    (client) => isOurs(client) && !known.has(client.username),
  );
  return removal(gone);
}

/** For an agent that is gone or revoked; ends its connections too. */
export function removalOf(there: There, agent: AgentId): Command[] {
  return removal(clientsOf(there, agent));
}

function clientsOf({ clients }: There, agent: AgentId): readonly ClientThere[] {
  const isIts = ({ rolename }: { rolename: string }) => rolename === roleOf({ agent });
  return [...clients.values()].filter((client) => isOurs(client) && client.roles.some(isIts));
}

/** What Fieldline's own user needs beside the right to ask: all topics, alone and shared. */
export function ownRights(there: There, username: string | null): Command[] {
  const client = username === null ? undefined : there.clients.get(username);
  if (!client || client.roles.some(({ rolename }) => rolename === OWN_ROLE)) return [];
  const rule = (acltype: string, topic: string) => ({ acltype, topic, allow: true });
  const acls = [
    rule("publishClientSend", "#"),
    rule("subscribePattern", "#"),
    rule("subscribePattern", "$share/#"),
  ];
  const role = { command: "createRole", rolename: OWN_ROLE, acls };
  const given = { command: "addClientRole", username: client.username, rolename: OWN_ROLE };
  return there.roles.has(OWN_ROLE) ? [given] : [role, given];
}

/** Closes their connections too. */
function removal(clients: readonly ClientThere[]): Command[] {
  const roles = new Set(clients.flatMap((client) => client.roles.map(({ rolename }) => rolename)));
  const ours = [...roles].filter((rolename) => rolename.startsWith(`${GROUP}-`));
  return [
    ...clients.map(({ username }) => ({ command: "deleteClient", username })),
    ...ours.map((rolename) => ({ command: "deleteRole", rolename })),
  ];
}

function roleCommands(there: There, account: Account): Command[] {
  const rolename = roleOf(account);
  const acls = rulesOf(account);
  const role = there.roles.get(rolename);
  if (!role) return [{ command: "createRole", rolename, acls }];
  return areSame(role.acls, acls) ? [] : [{ command: "modifyRole", rolename, acls }];
}

function clientCommands(
  client: ClientThere | undefined,
  account: Account,
  password: string | null,
): Command[] {
  const { username, clientId } = account;
  const wish = {
    ...{ username, clientid: clientId ?? "", textname: "made by Fieldline" },
    roles: [{ rolename: roleOf(account) }],
    groups: [{ groupname: GROUP }],
  };
  if (!client) {
    return [{ command: "createClient", ...wish, ...(password !== null && { password }) }];
  }
  const isSame =
    (client.clientid ?? "") === wish.clientid && client.roles[0]?.rolename === roleOf(account);
  return [
    ...(isSame ? [] : [{ command: "modifyClient", ...wish }]),
    ...(password === null ? [] : [{ command: "setClientPassword", username, password }]),
    ...(client.disabled ? [{ command: "enableClient", username }] : []),
  ];
}

function isOurs({ groups }: ClientThere): boolean {
  return groups.some(({ groupname }) => groupname === GROUP);
}

function roleOf({ agent }: Pick<Account, "agent">): string {
  return `${GROUP}-${agent}`;
}

/** `subscribePattern` allows what lies wholly inside the topic, wildcards included. */
function rulesOf({ rights }: Account): Rule[] {
  const rule = (acltype: string) => (topic: string) => ({ acltype, topic, allow: true });
  return [
    ...rights.publish.map(rule("publishClientSend")),
    ...rights.subscribe.map(rule("subscribePattern")),
    ...rights.subscribe.map(rule("publishClientReceive")),
  ];
}

function areSame(some: readonly Rule[], others: readonly Rule[]): boolean {
  const keys = (rules: readonly Rule[]) =>
    rules.map(({ acltype, topic, allow }) => `${acltype} ${topic} ${allow}`).sort();
  return JSON.stringify(keys(some)) === JSON.stringify(keys(others));
}
