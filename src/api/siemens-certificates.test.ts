import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { hasOpenssl, Openssl, pem } from "../../test/openssl.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";

const CAS = "/api/mindconnectmqtt/v3/caCertificates";
const LEAVES = "/api/mindconnectmqtt/v3/agentCertificates";

let house: ApiHouse;
let caller: SiemensCaller;
before(async () => {
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
});
after(() => house.close());

describe("a tenant's certificate authority", { skip: !hasOpenssl }, () => {
  const openssl = new Openssl();

  test("is uploaded, proved by its registration code, and removed", async () => {
    const acme = openssl.authority("Acme CA");
    const added = await caller.send("admin", `POST ${CAS}`, { certificate: pem(acme) });
    assert.equal(added.status, 201, added.text);
    const { id, registrationCode, ...rest } = added.json;
    assert.deepEqual([rest.name, rest.tenant, rest.status], ["Acme CA", "house", "UNVERIFIED"]);

    const code = await caller.send("admin", `GET ${CAS}/${id}/registrationCode`);
    assert.deepEqual(code.json, { registrationCode });
    const wrong = { certificate: pem(openssl.sign(acme, "another code")) };
    const refused = await caller.send("admin", `POST ${CAS}/${id}/verify`, wrong);
    assert.equal(refused.status, 400);
    const fault = "mdsp.core.mindconnectmqtt.authorityInvalid";
    assert.equal(refused.json.errors[0].code, fault);

    const proof = { certificate: pem(openssl.sign(acme, registrationCode)) };
    const verified = await caller.send("admin", `POST ${CAS}/${id}/verify`, proof);
    assert.deepEqual([verified.status, verified.json.status], [200, "VERIFIED"]);
    const list = await caller.send("engineer", `GET ${CAS}`);
    assert.deepEqual(list.json._embedded.caCertificates, [verified.json]);
    assert.equal(list.json.page.totalElements, 1);
    assert.deepEqual((await caller.send("engineer", `GET ${CAS}/${id}`)).json, verified.json);

    assert.equal((await caller.send("admin", `DELETE ${CAS}/${id}`)).status, 204);
    assert.equal((await caller.send("engineer", `GET ${CAS}/${id}`)).status, 404);
    assert.equal((await caller.send("admin", `DELETE ${CAS}/${id}`)).status, 404);
  });

  test("is one of two at most, and must be a certificate", async () => {
    const nonsense = await caller.send("admin", `POST ${CAS}`, { certificate: "nonsense" });
    assert.equal(nonsense.status, 400);
    const added = [];
    for (const name of ["First", "Second", "Third"]) {
      const certificate = pem(openssl.authority(name));
      added.push(await caller.send("admin", `POST ${CAS}`, { certificate }));
    }
    assert.deepEqual(
      added.map(({ status }) => status),
      [201, 201, 409],
    );
  });
});

test("a tenant is known by its authority before it has an agent", {
  skip: !hasOpenssl,
}, async () => {
  const fresh = await ApiHouse.open();
  const asks = new SiemensCaller(fresh);
  await fresh.send("admin", "POST /authorities", {
    ...{ tenant: "acme", certificatePem: pem(new Openssl().authority("Acme CA")) },
  });
  const { json } = await asks.send("engineer", `GET ${CAS}`);
  const [{ tenant, name }] = json._embedded.caCertificates;
  assert.deepEqual([tenant, name], ["acme", "Acme CA"]);
  const made = await asks.send("engineer", `POST ${LEAVES}`, { name: "device001" });
  assert.equal(made.json.clientId, "acme_device001");
  await fresh.close();
});

describe("an agent's certificate", () => {
  test("is made with its agent, and its key is said once, in both shapes", async () => {
    const { status, json } = await issued("device001");
    assert.equal(status, 201);
    const { credentials, privateKey, publicKey, ...own } = json;
    assert.deepEqual(credentials, { certificatePem: publicKey, privateKey });
    assert.match(privateKey, /PRIVATE KEY/);
    assert.equal(new X509Certificate(publicKey).subject, "CN=device001");
    assert.deepEqual(
      [own.name, own.agentName, own.clientId, own.owner, own.status],
      ["device001", "device001", "house_device001", "a@b.c", "READY"],
    );
    const one = await caller.send("engineer", `GET ${LEAVES}/${json.id}`);
    assert.deepEqual([one.json.agentId, one.json.status], [json.agentId, "READY"]);
    assert.doesNotMatch(one.text, /PRIVATE KEY/);
  });

  test("is one of several while it is changed over, a page at a time", async () => {
    const first = (await issued("device002")).json;
    const second = (await issued("device002")).json;
    assert.equal(second.agentId, first.agentId);
    const all = await caller.send("engineer", `GET ${LEAVES}?size=100`);
    const ids = all.json._embedded.agentCertificates.map(({ id }: { id: string }) => id);
    assert.deepEqual(ids.slice(-2), [first.id, second.id]);
    const last = await caller.send("engineer", `GET ${LEAVES}?page=${ids.length - 1}&size=1`);
    assert.equal(last.json._embedded.agentCertificates[0].id, second.id);
  });

  test("that is deleted lets nobody in; the agent's other one still does", async () => {
    const first = (await issued("device003")).json;
    const second = (await issued("device003")).json;
    const ended: string[] = [];
    house.parts.agents.onEnded((agent, reason) => ended.push(`${agent} ${reason}`));
    assert.equal(await knock(first), "let in");

    assert.equal((await caller.send("engineer", `DELETE ${LEAVES}/${first.id}`)).status, 204);
    assert.deepEqual(ended, [`${first.agentId} certificate revoked`]);
    assert.match(await knock(first), /^the certificate \w+ is revoked$/);
    assert.equal(await knock(second), "let in");

    const again = await caller.send("engineer", `DELETE ${LEAVES}/${first.id}`);
    assert.equal(again.status, 404);
    assert.match(again.json.errors[0].code, /certificateUnknown$/);
    assert.equal((await caller.send("engineer", `GET ${LEAVES}/${first.id}`)).status, 404);
    const route = "GET /journal?kind=agent.certificate-revoked";
    const { items } = (await house.send("engineer", route)).json;
    assert.deepEqual(
      [items.length, items[0].subject, items[0].detail],
      [1, `agent:${first.agentId}`, { serial: serialOf(first) }],
    );
  });

  test("of an agent of another kind is none of a tenant's", async () => {
    const wish = { kind: "plain", name: "gate", tenant: "", credential: "certificate" };
    const grant = { publish: ["a"], subscribe: [] };
    const made = await house.send("engineer", "POST /agents", { ...wish, grant });
    assert.equal(made.status, 201, made.text);
    const [credential] = await house.parts.agents.credentials(made.json.agent.id);
    const gone = await caller.send("engineer", `DELETE ${LEAVES}/${credential?.id}`);
    assert.equal(gone.status, 404);
    assert.equal((await house.parts.agents.credentials(made.json.agent.id))[0]?.revokedAt, null);
  });
});

type Leaf = { readonly clientId: string; readonly publicKey: string };

function issued(name: string) {
  return caller.send("engineer", `POST ${LEAVES}`, { name, owner: "a@b.c" });
}

function serialOf({ publicKey }: Leaf): string {
  return new X509Certificate(publicKey).serialNumber;
}

/** What the broker is told of who shows it; TLS has seen that our authority signed it. */
async function knock(leaf: Leaf): Promise<string> {
  const certificate = {
    ...{ commonName: "", serial: serialOf(leaf), valid: true, reason: null },
    chain: [new X509Certificate(leaf.publicKey).raw],
  };
  const nobody = { username: null, password: null, remote: "127.0.0.1" };
  const admitted = await house.parts.agents.admit({
    ...nobody,
    clientId: leaf.clientId,
    certificate,
  });
  return admitted.ok ? "let in" : admitted.problem.detail;
}
