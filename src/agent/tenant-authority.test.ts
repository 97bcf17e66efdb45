import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { bare, hasOpenssl, Openssl, pem, type Signed } from "../../test/openssl.ts";
import type { ConnectAttempt } from "../broker/broker.ts";
import type { AgentId } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { type Agents, openAgents } from "./agent.ts";

const DAY_MS = 24 * 60 * 60_000;
const root = mkdtempSync(join(tmpdir(), "fieldline-authority-"));
after(() => rmSync(root, { recursive: true }));

describe("tenants' own authorities", { skip: !hasOpenssl }, () => {
  const openssl = new Openssl();
  let acme: Signed;
  let other: Signed;
  let meter: Signed;
  before(() => {
    acme = openssl.authority("Acme CA");
    other = openssl.authority("Acme CA");
    meter = openssl.sign(acme, "north_meter_1");
  });

  let folders = 0;
  let clock: TestClock;
  let store: Store;
  let journal: Journal;
  let agents: Agents;
  beforeEach(async () => {
    folders += 1;
    const folder = join(root, String(folders));
    clock = new TestClock(Date.now());
    const opened = await openSqliteStore({ file: `${folder}.db` }, { log: silentLog });
    assert.ok(opened.ok);
    store = opened.value;
    journal = await openJournal({ store, clock });
    agents = await openAgents({ store, journal, clock, log: silentLog, folder, hostNames: [] });
  });
  afterEach(() => store.close());

  test("an authority counts only when its owner has shown that he has its key", async () => {
    const told: (readonly string[])[] = [];
    agents.authorities.onTrusted((pems) => told.push(pems));
    const { id, registrationCode, ...added } = await upload(acme);
    assert.deepEqual([added.name, added.tenant, added.verifiedAt], ["Acme CA", "acme", null]);
    assert.match(await knock(meter), /no authority that is known here signed it/);

    const wrong = openssl.sign(acme, "another code");
    assert.match(detailOf(await show(id, wrong)), /common name must be the registration code/);
    const forged = openssl.sign(other, registrationCode);
    assert.match(detailOf(await show(id, forged)), /not signed by the key of 'Acme CA'/);
    assert.deepEqual(await agents.authorities.trusted(), []);

    assert.equal(detailOf(await show(id, openssl.sign(acme, registrationCode))), "done");
    assert.equal(await knock(meter), "admitted");
    assert.deepEqual(told, [[pem(acme)]]);
    assert.deepEqual(
      (await journal.list({})).map(({ kind }) => kind),
      ["authority.added", "authority.verified", "agent.provisioned"],
    );
  });

  test("the first connection makes the agent: its tenant is the authority's, its name the certificate's", async () => {
    await trust(acme);
    assert.equal(await knock(meter, { clientId: "acme_north" }), wrongId("acme_north"));
    assert.deepEqual(await agents.list(), []);
    assert.equal(await knock(meter), "admitted");
    assert.equal(await knock(meter), "admitted");
    const [agent, ...more] = await agents.list();
    assert.deepEqual(more, []);
    assert.deepEqual(
      [agent?.kind, agent?.tenant, agent?.name, agent?.clientId],
      ["mindsphere", "acme", "north_meter_1", "acme_north_meter_1"],
    );
    const [credential] = await agents.credentials(agent?.id ?? ("" as AgentId));
    const { serialNumber } = new X509Certificate(pem(meter));
    assert.equal(credential?.secret, serialNumber.replace(/^0+/, ""));
  });

  test("a leaf alone, with its authority, and through authorities between are let in", async () => {
    await trust(acme);
    const between = openssl.sign(acme, "Plant", { extensions: [CA] });
    const below = openssl.sign(between, "below");
    const chains: [string, readonly Signed[], RegExp | string][] = [
      ["alone", [meter], "admitted"],
      ["with its authority", [meter, acme], "admitted"],
      ["with an authority between", [below, between], "admitted"],
      ["with all of them, in any order", [below, acme, between], "admitted"],
      ["resumed, so without those between", [below], "admitted"],
      [
        "another, without those between",
        [openssl.sign(between, "x")],
        /no authority that is known/,
      ],
    ];
    for (const [what, chain, expected] of chains) {
      const said = await knock(chain[0] ?? meter, {}, chain);
      if (typeof expected === "string") assert.equal(said, expected, what);
      else assert.match(said, expected, what);
    }
  });

  test("whoever may not sign, signs nobody in", async () => {
    await trust(acme);
    const device = openssl.sign(acme, "device");
    const pointless = openssl.sign(acme, "P", { extensions: [CA, "keyUsage=digitalSignature"] });
    const short = openssl.sign(acme, "S", { extensions: [`${CA},pathlen:0`] });
    const shorter = openssl.sign(short, "T", { extensions: [CA] });
    const rows: [readonly Signed[], RegExp][] = [
      [[openssl.sign(device, "x"), device], /may not sign others/],
      [[openssl.sign(pointless, "x"), pointless], /no authority that is known|may not sign others/],
      [[openssl.sign(shorter, "x"), shorter, short], /may not sign others/],
      [[openssl.sign(other, "x"), other], /no authority that is known here/],
    ];
    for (const [chain, expected] of rows) {
      assert.match(await knock(chain[0] ?? meter, { clientId: "acme_x" }, chain), expected);
    }
  });

  test("of another authority with the same name nothing is believed", async () => {
    await trust(acme);
    await trust(other, "rival");
    const forged = openssl.sign(other, "north_meter_1");
    assert.match(await knock(forged), /client id must be 'rival_north_meter_1'/);
    assert.equal(await knock(meter), "admitted");
  });

  test("an agent of the built-in authority cannot be imitated by the serial of its certificate", async () => {
    await trust(acme);
    const wish = { kind: "mindsphere", name: "gw", tenant: "acme", grant: null } as const;
    const made = await agents.create(THE_HOUSE, { ...wish, credential: "certificate" });
    assert.ok(made.ok && made.value.certificate);
    const { serial } = made.value.certificate;
    assert.match(await knock(meter, { serial, clientId: "acme_gw" }), /client id must be/);
    assert.equal(await knock(meter, { serial }), "admitted");
  });

  test("a certificate whose time is over, or has not come, is refused", async () => {
    await trust(acme);
    clock.advance(31 * DAY_MS);
    assert.match(await knock(meter), /it has expired on/);
    clock.advance(-40 * DAY_MS);
    assert.match(await knock(meter), /it is valid from .* only/);
  });

  test("what is revoked stays out, whatever its authority says", async () => {
    await trust(acme);
    assert.equal(await knock(meter), "admitted");
    const [agent] = await agents.list();
    assert.ok(agent);
    await agents.revoke(THE_HOUSE, agent.id);
    assert.match(await knock(meter), /is revoked/);
    assert.match(await knock(openssl.sign(acme, "north_meter_1")), /is revoked/);
  });

  test("a removed authority lets nobody in, and those that it let in are told", async () => {
    const { id } = await trust(acme);
    assert.equal(await knock(meter), "admitted");
    const ended: string[] = [];
    agents.onEnded((_agent, reason) => ended.push(reason));
    assert.ok((await agents.authorities.remove(THE_HOUSE, id)).ok);
    assert.deepEqual(ended, ["authority removed"]);
    assert.match(await knock(meter), /no authority that is known here/);
    await trust(acme);
    assert.equal(await knock(meter), "admitted");
  });

  test("a tenant has two authorities, and no two tenants have the same", async () => {
    await upload(acme);
    const add = (signed: Signed, tenant: string) =>
      agents.authorities.add(THE_HOUSE, tenant, pem(signed));
    assert.match(detailOf(await add(acme, "rival")), /'acme' has an authority with this key/);
    await upload(other);
    const third = openssl.authority("Third");
    assert.match(detailOf(await add(third, "acme")), /'acme' has 2: remove one/);
    assert.equal(detailOf(await add(third, "rival")), "done");
  });

  test("what is no authority is not taken", async () => {
    const rows: [string, RegExp][] = [
      ["", /no certificate in PEM/],
      [pem(meter), /needs the basic constraint CA:TRUE/],
      [pem(openssl.authority("weak", { bits: 1024 })), /less than 2048 bits/],
      [agents.authority.caPem, /it is the built-in one/],
    ];
    for (const [text, expected] of rows) {
      const added = await agents.authorities.add(THE_HOUSE, "acme", text);
      assert.match(detailOf(added), expected);
    }
    assert.match(
      detailOf(await agents.authorities.add(THE_HOUSE, "a/b", pem(acme))),
      /must not hold/,
    );
  });

  describe("a token instead of a certificate", () => {
    test("signed with the key of its certificate it is let in, with or without those above", async () => {
      await trust(acme);
      assert.equal(await present(tokenOf({})), "admitted");
      assert.equal(await present(tokenOf({}, { x5c: [bare(meter), bare(acme)] })), "admitted");
      assert.equal((await agents.list()).length, 1);
    });

    test("the connection lasts as long as its certificate: agents make one token at their start", async () => {
      await trust(acme);
      const exp = Math.floor(clock.now() / 1000) + 1500;
      const who = { clientId: "acme_north_meter_1", username: "_CertificateBearer" };
      const rest = { certificate: null, remote: "127.0.0.1", password: tokenOf({ exp }) };
      const admission = await agents.admit({ ...who, ...rest });
      assert.ok(admission.ok);
      const validTo = Date.parse(new X509Certificate(pem(meter)).validTo);
      assert.equal(admission.value.endsAt, validTo);
      assert.ok((admission.value.endsAt ?? 0) > exp * 1000);
    });

    test("each thing that is wrong with a token is said", async () => {
      await trust(acme);
      const now = Math.floor(clock.now() / 1000);
      const imposter = openssl.sign(other, "north_meter_1");
      const rows: [string, RegExp][] = [
        [tokenOf({}, { alg: "none" }), /signed with "none", not RS256/],
        [tokenOf({}, { alg: "HS256" }), /signed with "HS256"/],
        [tokenOf({}).replace(/\.[^.]*$/, "."), /not signed with the key/],
        [tokenOf({}, {}, imposter.key), /not signed with the key/],
        [tokenOf({}, { x5c: [bare(imposter)] }, imposter.key), /no authority that is known/],
        [tokenOf({}, { x5c: [] }), /no certificate in x5c/],
        [tokenOf({}, { x5c: ["AAAA"] }), /no certificate that can be read/],
        [tokenOf({ iss: "acme_x" }), /iss and sub are not one/],
        [tokenOf({ aud: "elsewhere" }), /not for MQTTBroker/],
        [tokenOf({ ten: "rival" }), /ten and certificate for 'rival_north_meter_1'/],
        [tokenOf({ exp: now - 61 }), /has expired/],
        [tokenOf({ exp: "soon" }), /has no end/],
        [tokenOf({ nbf: now + 61 }), /not valid yet/],
        [tokenOf({ sub: "acme_x", iss: "acme_x" }), /for 'acme_x', its ten and cert/],
        ["abc", /no JWT/],
        ["a.b.c.d", /no JWT/],
      ];
      for (const [token, expected] of rows) assert.match(await present(token), expected);
      assert.match(await present(tokenOf({}), "acme_other"), /not 'acme_other'/);
      assert.equal(await present(tokenOf({ exp: now - 30, nbf: now + 30 })), "admitted");
    });

    test("an authority that is not verified lets no token in", async () => {
      await upload(acme);
      assert.match(await present(tokenOf({})), /no authority that is known here/);
    });
  });

  function tokenOf(claims: object, header: object = {}, key = meter.key): string {
    const now = Math.floor(clock.now() / 1000);
    const own = { iss: "acme_north_meter_1", sub: "acme_north_meter_1", ten: "acme" };
    const times = { iat: now, nbf: now, exp: now + 1500, jti: "1", aud: ["MQTTBroker"] };
    const schemas = ["urn:siemens:mindsphere:v1"];
    const all = { ...own, ...times, schemas, ...claims };
    return openssl.token(key, all, { alg: "RS256", typ: "JWT", x5c: [bare(meter)], ...header });
  }

  async function present(password: string, clientId = "acme_north_meter_1"): Promise<string> {
    const username = "_CertificateBearer";
    const rest = { certificate: null, remote: "127.0.0.1" };
    return detailOf(await agents.admit({ clientId, username, password, ...rest }), "admitted");
  }

  async function upload(signed: Signed, tenant = "acme") {
    const added = await agents.authorities.add(THE_HOUSE, tenant, pem(signed));
    assert.ok(added.ok, added.ok ? "" : added.problem.detail);
    return added.value;
  }

  function show(id: string, signed: Signed) {
    return agents.authorities.verify(THE_HOUSE, id, pem(signed));
  }

  async function trust(signed: Signed, tenant = "acme") {
    const added = await upload(signed, tenant);
    assert.equal(
      detailOf(await show(added.id, openssl.sign(signed, added.registrationCode))),
      "done",
    );
    return added;
  }

  /** As TLS tells of a client whose certificate the built-in authority did not sign. */
  async function knock(
    leaf: Signed,
    rest: Partial<ConnectAttempt> & { serial?: string } = {},
    chain: readonly Signed[] = [leaf],
  ): Promise<string> {
    const shown = new X509Certificate(pem(leaf));
    const attempt: ConnectAttempt = {
      ...{ clientId: `acme_${leaf.name}`, username: "", password: "", remote: "127.0.0.1" },
      certificate: {
        ...{ commonName: leaf.name, serial: rest.serial ?? shown.serialNumber },
        ...{ valid: false, reason: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" },
        chain: chain.map((one) => new X509Certificate(pem(one)).raw),
      },
      ...rest,
    };
    return detailOf(await agents.admit(attempt), "admitted");
  }
});

const CA = "basicConstraints=critical,CA:TRUE";

function wrongId(clientId: string): string {
  return `the client id must be 'acme_north_meter_1', not '${clientId}'`;
}

function detailOf(
  outcome: { ok: true } | { ok: false; problem: { detail: string } },
  done = "done",
): string {
  return outcome.ok ? done : outcome.problem.detail;
}
