import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAccess } from "../access/access.ts";
import { openAgents } from "../agent/agent.ts";
import { AGENT_KINDS } from "../domain/agent.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { ROLES } from "../domain/permission.ts";
import type { Problem } from "../domain/problem.ts";
import { openJournal } from "../journal/journal.ts";
import { systemClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { type Outcome, success } from "../lib/outcome.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { configOf, type ExitCode, type Io } from "./io.ts";
import { usageOf } from "./usage.ts";

/** `fieldline owner create NAME`: the first account, unattended. */
export async function runOwnerCreate(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...options] = args;
  if (!name || name.startsWith("--")) return usage(io, "owner create");
  return inFolder(options, io, async ({ access }) => {
    const owner = await access.createOwner(name, io.readInput());
    return owner.ok ? success(`owner '${owner.value.name}' created`) : owner;
  });
}

export async function runUserCreate(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name, roleText, ...options] = args;
  const role = ROLES.find((other) => other === roleText);
  if (!name || !role) return usage(io, "user create");
  return inFolder(options, io, async ({ access }) => {
    const user = await access.createUser(BY_HOUSE, { name, role, password: io.readInput() });
    return user.ok ? success(`user '${user.value.name}' created`) : user;
  });
}

/** `fieldline token create NAME ROLE`: prints the token and nothing else. */
export async function runTokenCreate(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name, roleText, ...options] = args;
  const role = ROLES.find((other) => other === roleText);
  if (!name || !role) return usage(io, "token create");
  return inFolder(options, io, async ({ access }) => {
    const token = await access.createToken(BY_HOUSE, { name, role, expiresAt: null });
    return token.ok ? success(token.value.token) : token;
  });
}

/** `fieldline agent create KIND TENANT/NAME --out DIR`: key, certificate chain and CA as PEM. */
export async function runAgentCreate(args: readonly string[], io: Io): Promise<ExitCode> {
  const { kind, tenant, name, out, options } = agentArguments(args);
  if (!kind || !name || !out) return usage(io, "agent create");
  return inFolder(options, io, async ({ agents }) => {
    const credential = "certificate" as const;
    const issued = await agents.create(THE_HOUSE, { kind, tenant, name, grant: null, credential });
    if (!issued.ok) return issued;
    const { agent, certificate } = issued.value;
    mkdirSync(out, { recursive: true, mode: 0o700 });
    const write = (file: string, text = "") =>
      writeFileSync(join(out, file), text, { mode: 0o600 });
    write("agent.key", certificate?.privateKeyPem);
    write("agent.crt", certificate?.certificatePem);
    write("ca.crt", certificate?.caPem);
    return success(`client id ${agent.clientId}; agent.key, agent.crt and ca.crt are in ${out}`);
  });
}

function agentArguments(args: readonly string[]) {
  const outAt = args.indexOf("--out");
  const out = outAt >= 0 ? args[outAt + 1] : undefined;
  const rest = args.filter((_, index) => outAt < 0 || (index !== outAt && index !== outAt + 1));
  const [first = "", second = "", ...options] = rest;
  // `agent create acme/pump` means a MindSphere agent, as that system knows no other.
  const kind = AGENT_KINDS.find((other) => other === first);
  const [path, others] = kind ? [second, options] : [first, rest.slice(1)];
  const [tenant = "", name] = path.includes("/") ? path.split("/", 2) : ["", path];
  return { kind: kind ?? ("mindsphere" as const), tenant, name, out, options: others };
}

const BY_HOUSE = { actor: THE_HOUSE, role: "admin" } as const;

type Folder = {
  readonly access: Awaited<ReturnType<typeof openAccess>>;
  readonly agents: Awaited<ReturnType<typeof openAgents>>;
};

/** Opens the data folder for one piece of work; a running server sees it at once. */
async function inFolder(
  options: readonly string[],
  io: Io,
  work: (folder: Folder) => Promise<Outcome<string, Problem>>,
): Promise<ExitCode> {
  const config = configOf(options, io);
  if (!config) return 2;
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const log = silentLog;
  const store = await openSqliteStore({ file: join(config.data, "fieldline.db") }, { log });
  if (!store.ok) return complain(io, store.problem);
  const clock = systemClock;
  const journal = await openJournal({ store: store.value, clock });
  const room = { store: store.value, journal, clock, log };
  const access = await openAccess({ ...room, folder: join(config.data, "access") });
  const hostNames = config["host-names"];
  const agents = await openAgents({ ...room, folder: join(config.data, "ca"), hostNames });
  const outcome = await work({ access, agents });
  await access.close();
  await store.value.close();
  if (!outcome.ok) return complain(io, outcome.problem);
  io.print(outcome.value);
  return 0;
}

function usage(io: Io, program: Parameters<typeof usageOf>[0]): ExitCode {
  io.complain(usageOf(program));
  return 2;
}

function complain(io: Io, { code, detail }: Problem): ExitCode {
  io.complain(`${code}: ${detail}`);
  return 2;
}
