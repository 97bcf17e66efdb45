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
  const client = there.clients.get(account.username);
  if (client && !isOurs(client)) return [];
  if (account.isRevoked) return client ? disabling(client) : [];
  return [...roleCommands(there, account), ...clientCommands(client, account, password)];
}

/** Whether somebody else has made a client of the agent's name. */
export function isForeign(there: There, { username }: Account): boolean {
  const client = there.clients.get(username);
  return client !== undefined && !isOurs(client);
}

/** Clients that we made for agents that are gone. */
export function leftovers(there: There, accounts: readonly Account[]): Command[] {
  const known = new Set(accounts.map(({ username }) => username));
  const gone = [...there.clients.values()].filter(
    (client) => isOurs(client) && !known.has(client.username),
  );
  return gone.flatMap(removal);
}

/** For an agent that is gone; ends its connections too. */
export function removalOf(there: There, agent: AgentId): Command[] {
  const isIts = ({ rolename }: { rolename: string }) => rolename === roleOf({ agent });
  const clients = [...there.clients.values()].filter(
    (client) => isOurs(client) && client.roles.some(isIts),
  );
  return clients.flatMap(removal);
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

function removal({ username, roles }: ClientThere): Command[] {
  const ours = roles.filter(({ rolename }) => rolename.startsWith(`${GROUP}-`));
  return [
    { command: "deleteClient", username },
    ...ours.map(({ rolename }) => ({ command: "deleteRole", rolename })),
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

/** Closes its connections, and keeps it from coming back. */
function disabling({ username, disabled = false }: ClientThere): Command[] {
  return disabled ? [] : [{ command: "disableClient", username }];
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
