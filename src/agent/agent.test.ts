import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import type { ConnectAttempt } from "../broker/broker.ts";
import { type AgentKind, rightsOf } from "../domain/agent.ts";
import type { AgentId } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { type Agents, type Issued, type NewAgent, openAgents } from "./agent.ts";

const DAY_MS = 24 * 60 * 60_000;
const root = mkdtempSync(join(tmpdir(), "agent-"));

let folders = 0;
let folder: string;
let clock: TestClock;
let store: Store;
let journal: Journal;
let agents: Agents;

beforeEach(async () => {
  folders += 1;
  folder = join(root, String(folders));
  clock = new TestClock();
  const opened = await openSqliteStore({ file: `${folder}.db` }, { log: silentLog });
  assert.ok(opened.ok);
  store = opened.value;
  journal = await openJournal({ store, clock });
  agents = await open();
});
afterEach(() => store.close());
after(() => rmSync(root, { recursive: true }));

test("each kind has its client id, and by it its rights", async () => {
  const rows: [AgentKind, string, string, string][] = [
    ["mindsphere", "camexia", "dash7_gateway_1", "camexia_dash7_gateway_1"],
    ["viasens", "network-1", "gateway", "viasens-network-1"],
    ["scorp-io", "harbour", "utilities", "harbour-utilities"],
    ["sparkplug", "plant", "line-3", "plant-line-3"],
    ["gateway", "ignored", "roof", "gateway-roof"],
    ["plain", "ignored", "Wetter Süd", "Wetter Süd"],
  ];
  for (const [kind, tenant, name, clientId] of rows) {
    const { agent, password } = await created({ kind, tenant, name });
    assert.equal(agent.clientId, clientId);
    const admitted = await agents.admit(attempt({ clientId, username: clientId, password }));
    assert.deepEqual(admitted, { ok: true, value: { agent: agent.id, rights: rightsOf(agent) } });
  }
  assert.equal((await agents.list()).length, rows.length);
});

test("who may come in", async () => {
  const meter = await created({ credential: "both" });
  const sensors = await created({ kind: "viasens", tenant: "net", name: "gw", credential: "both" });
  const own = { clientId: meter.agent.clientId, username: meter.agent.clientId };
  const shown = certificateOf(meter);
  const rows: [string, Partial<ConnectAttempt>, RegExp | AgentId][] = [
    ["its certificate", { ...own, username: "", certificate: shown }, meter.agent.id],
    ["its password", { ...own, password: meter.password }, meter.agent.id],
    [
      "its certificate and a wrong password",
      { ...own, password: "x", certificate: shown },
      meter.agent.id,
    ],
    [
      "the serial in small letters",
      { ...own, certificate: { ...shown, serial: shown.serial.toLowerCase() } },
      meter.agent.id,
    ],
    [
      "another's client id",
      { ...own, clientId: "camexia_other", certificate: shown },
      /client id must be 'camexia_dash7_gateway_1', not 'camexia_other'/,
    ],
    ["an empty client id", { ...own, clientId: "", certificate: shown }, /client id must be/],
    [
      "another's password",
      { ...own, password: sensors.password },
      /user name or the password is wrong/,
    ],
    ["a hash for a password", { ...own, password: await hashOf(meter) }, /is wrong/],
    [
      "an unknown user",
      { ...own, username: "nobody", password: "x" },
      /^sign_in_wrong the user name or the password is wrong$/,
    ],
    ["a user called __proto__", { ...own, username: "__proto__", password: "x" }, /^sign_in_wrong/],
    ["no password", { ...own }, /neither user name nor password/],
    ["nothing at all", { clientId: "" }, /neither user name nor password/],
    [
      "an unknown serial",
      { ...own, certificate: { ...shown, serial: "1234" } },
      /1234 belongs to no agent/,
    ],
    ["an empty serial", { ...own, certificate: { ...shown, serial: "" } }, /belongs to no agent/],
    [
      "a password's hash for a serial",
      {
        ...own,
        certificate: {
          ...shown,
          serial: await hashOf(sensors),
        },
      },
      /belongs to no agent/,
    ],
    [
      "another CA's certificate",
      { ...own, certificate: { ...shown, valid: false, reason: "SELF_SIGNED_CERT_IN_CHAIN" } },
      /not valid: SELF_SIGNED_CERT_IN_CHAIN/,
    ],
    [
      "another CA's certificate beside the password",
      { ...own, password: meter.password, certificate: { ...shown, valid: false, reason: "X" } },
      meter.agent.id,
    ],
    [
      "any client id of a gateway with a certificate",
      { clientId: "paho123", certificate: certificateOf(sensors) },
      sensors.agent.id,
    ],
    [
      "any client id of a gateway with a password",
      { clientId: "", username: "viasens-net", password: sensors.password },
      sensors.agent.id,
    ],
  ];
  for (const [what, given, expected] of rows) {
    const answer = await agents.admit(attempt(given));
    const said = answer.ok ? answer.value.agent : `${answer.problem.code} ${answer.problem.detail}`;
    if (typeof expected === "string") assert.equal(said, expected, what);
    else assert.match(said, expected, what);
  }
});

test("a certificate that expired is refused, whatever TLS says", async () => {
  const meter = await created({ credential: "certificate" });
  const { clientId } = meter.agent;
  const knock = async () =>
    detailOf(await agents.admit(attempt({ clientId, certificate: certificateOf(meter) })));
  clock.advance(365 * DAY_MS - 1);
  assert.equal(await knock(), "admitted");
  clock.advance(1);
  assert.match(await knock(), /has expired/);
});

test("F14: a revoked agent is told to those who hold its connection, and not let in again", async () => {
  const meter = await created({ credential: "both" });
  const { id, clientId } = meter.agent;
  const told: AgentId[] = [];
  agents.onEnded((agent) => told.push(agent));
  const revoked = await agents.revoke(THE_HOUSE, id);
  assert.ok(revoked.ok && revoked.value.revoked);
  assert.deepEqual(told, [id]);

  const byCertificate = attempt({ clientId, certificate: certificateOf(meter) });
  assert.match(detailOf(await agents.admit(byCertificate)), /is revoked/);
  const byPassword = attempt({ clientId, username: clientId, password: meter.password });
  assert.match(detailOf(await agents.admit(byPassword)), /is revoked/);
  assert.match(detailOf(await agents.admit({ ...byPassword, password: "x" })), /is wrong/);
  assert.match(detailOf(await agents.issue(THE_HOUSE, id, "password")), /is revoked: remove it/);

  const events = await journal.list({});
  assert.deepEqual(
    events.map(({ kind, subject }) => [kind, subject]),
    [
      ["agent.created", `agent:${id}`],
      ["agent.revoked", `agent:${id}`],
    ],
  );
  assert.deepEqual(events[1]?.detail, { clientId });
  assert.deepEqual(await agents.revoke(THE_HOUSE, id), revoked);
  assert.equal((await journal.list({})).length, 2);
});

test("other rights of a plain agent are in the journal and told; other kinds have their own", async () => {
  const lamp = await created({ kind: "plain", name: "lamp" });
  const told: unknown[] = [];
  agents.onGranted((id, rights) => told.push([id, rights]));
  const rights = { publish: ["lamp/#"], subscribe: [] };
  const granted = await agents.grant(THE_HOUSE, lamp.agent.id, rights);
  assert.ok(granted.ok);
  assert.deepEqual(granted.value.grant, rights);
  assert.deepEqual(told, [[lamp.agent.id, rights]]);
  const before = { publish: [], subscribe: [] };
  const [, event] = await journal.list({});
  assert.equal(event?.kind, "agent.granted");
  assert.deepEqual(event?.detail, { before, after: rights });

  const wrong = await agents.grant(THE_HOUSE, lamp.agent.id, { ...rights, publish: ["a#"] });
  assert.match(detailOf(wrong), /'a#' is no topic filter/);
  const meter = await created({});
  assert.match(detailOf(await agents.grant(THE_HOUSE, meter.agent.id, rights)), /own topics/);
  await agents.revoke(THE_HOUSE, lamp.agent.id);
  assert.deepEqual(told[1], [lamp.agent.id, before]);
  assert.match(detailOf(await agents.grant(THE_HOUSE, lamp.agent.id, rights)), /is revoked/);
});

test("an agent that is removed leaves no credential, and its name may be given again", async () => {
  const first = await created({ credential: "both" });
  const told: AgentId[] = [];
  agents.onEnded((agent) => told.push(agent));
  assert.ok((await agents.remove(THE_HOUSE, first.agent.id)).ok);
  assert.deepEqual(told, [first.agent.id]);
  assert.equal(await store.credentials.count(), 0);
  const { clientId } = first.agent;
  const knock = attempt({ clientId, certificate: certificateOf(first) });
  assert.match(detailOf(await agents.admit(knock)), /belongs to no agent/);
  const second = await created({ credential: "password" });
  assert.match(detailOf(await agents.admit(knock)), /belongs to no agent/);
  assert.notEqual(second.agent.id, first.agent.id);
  assert.equal((await journal.list({})).at(1)?.kind, "agent.removed");
});

test("a new password ends the old one; a new certificate does not", async () => {
  const meter = await created({ credential: "both" });
  const { id, clientId } = meter.agent;
  const ended: string[] = [];
  agents.onEnded((_id, reason) => ended.push(reason));
  const password = await agents.issue(THE_HOUSE, id, "password");
  const certificate = await agents.issue(THE_HOUSE, id, "certificate");
  assert.ok(password.ok && certificate.ok);
  assert.deepEqual(ended, ["password replaced"]);
  const knock = async (given: Partial<ConnectAttempt>) =>
    detailOf(await agents.admit(attempt({ clientId, ...given })));
  const username = clientId;
  assert.match(await knock({ username, password: meter.password }), /the password is revoked/);
  assert.equal(await knock({ username, password: password.value.password }), "admitted");
  assert.equal(await knock({ certificate: certificateOf(meter) }), "admitted");
  assert.equal(await knock({ certificate: certificateOf(certificate.value) }), "admitted");
});

test("a bundle holds the chain: the agent's certificate, then the CA's", async () => {
  const { agent, certificate } = await created({ credential: "certificate" });
  assert.ok(certificate);
  const chain = certificate.certificatePem.split(/(?<=END CERTIFICATE-----\n)/);
  assert.equal(chain.length, 2);
  const [leaf, ca] = chain.map((pem) => new X509Certificate(pem));
  assert.ok(leaf && ca && leaf.checkIssued(ca) && leaf.verify(ca.publicKey));
  assert.equal(leaf.subjectAltName, `URI:urn:fieldline:agent:${agent.id}`);
  assert.equal(chain[1], certificate.caPem);
  assert.equal(certificate.caPem, agents.authority.caPem);
});

test("neither the store nor the journal holds a password or a private key", async () => {
  const { password, certificate } = await created({ credential: "both" });
  const all = JSON.stringify([
    await store.credentials.find(),
    await store.agents.find(),
    await journal.list({}),
  ]);
  assert.ok(password && certificate);
  assert.ok(!all.includes(password) && !all.includes("PRIVATE KEY"));
  assert.match(all, new RegExp(certificate.serial));
});

test("what is no fit name is refused before anything is made", async () => {
  const rows: [Partial<NewAgent>, RegExp][] = [
    [{ name: "" }, /the name is missing/],
    [{ tenant: "" }, /the tenant is missing/],
    [{ kind: "viasens", tenant: "" }, /the network is missing/],
    [{ name: "a/b" }, /must not hold/],
    [{ name: "a+b" }, /must not hold/],
    [{ tenant: "#" }, /must not hold/],
    [{ name: "a\0b" }, /must not hold/],
    [{ name: "a\nb" }, /must not hold/],
    [{ name: " a" }, /must not hold/],
    [{ name: "x".repeat(65) }, /longer than 64/],
    [{ name: "x".repeat(64), tenant: "é".repeat(64) }, /over 128 bytes/],
    [{ grant: { publish: ["a/#"], subscribe: [] } }, /a grant is for plain agents/],
    [
      { kind: "plain", grant: { publish: ["a/#/b"], subscribe: [] } },
      /'a\/#\/b' is no topic filter/,
    ],
  ];
  for (const [changes, expected] of rows) {
    const outcome = await agents.create(THE_HOUSE, { ...METER, ...changes });
    assert.match(detailOf(outcome), expected);
    assert.ok(!outcome.ok && outcome.problem.code === "request_invalid");
  }
  assert.equal(await store.agents.count(), 0);
  assert.equal((await journal.list({})).length, 0);
});

test("a name is given once, even when it is asked for twice at the same time", async () => {
  const outcomes = await Promise.all([1, 2, 3].map(() => agents.create(THE_HOUSE, METER)));
  assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
  const same = await agents.create(THE_HOUSE, METER);
  assert.ok(!same.ok && same.problem.code === "agent_exists");
  // camexia_dash7 + gateway_1 would have the client id of camexia + dash7_gateway_1.
  const alike = { ...METER, tenant: "camexia_dash7", name: "gateway_1" };
  assert.match(detailOf(await agents.create(THE_HOUSE, alike)), /another agent has the client id/);
  assert.equal((await journal.list({})).length, 1);
});

test("an agent that nobody knows is not issued, revoked or removed", async () => {
  const id = "nobody" as AgentId;
  for (const outcome of [
    await agents.issue(THE_HOUSE, id, "password"),
    await agents.revoke(THE_HOUSE, id),
    await agents.remove(THE_HOUSE, id),
  ]) {
    assert.ok(!outcome.ok && outcome.problem.code === "agent_unknown");
  }
  assert.equal(await agents.get(id), undefined);
});

test("what another process enrolled is let in at once", async () => {
  const elsewhere = await open();
  const issued = await elsewhere.create(THE_HOUSE, METER);
  assert.ok(issued.ok);
  const { clientId } = issued.value.agent;
  const knock = attempt({ clientId, username: clientId, password: issued.value.password });
  assert.equal(detailOf(await agents.admit(knock)), "admitted");
});

const METER: NewAgent = {
  kind: "mindsphere",
  tenant: "camexia",
  name: "dash7_gateway_1",
  grant: null,
  credential: "password",
};

function open(): Promise<Agents> {
  return openAgents({ store, journal, clock, log: silentLog, folder, hostNames: [] });
}

async function created(changes: Partial<NewAgent>): Promise<Issued> {
  const issued = await agents.create(THE_HOUSE, { ...METER, ...changes });
  assert.ok(issued.ok, issued.ok ? "" : issued.problem.detail);
  return issued.value;
}

function attempt(given: Partial<ConnectAttempt>): ConnectAttempt {
  const none = { clientId: "", username: null, password: null, certificate: null };
  return { ...none, remote: "192.0.2.1", ...given };
}

/** What a TLS socket would show of it. */
function certificateOf({ certificate }: Issued) {
  assert.ok(certificate);
  const { serialNumber } = new X509Certificate(certificate.certificatePem);
  return { commonName: "", serial: serialNumber, valid: true, reason: null, chain: [] };
}

async function hashOf({ agent }: Issued): Promise<string> {
  const credentials = await agents.credentials(agent.id);
  return credentials.find(({ kind }) => kind === "password")?.secret ?? "";
}

function detailOf(outcome: { ok: true } | { ok: false; problem: { detail: string } }): string {
  return outcome.ok ? "admitted" : outcome.problem.detail;
}
