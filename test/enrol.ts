import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Body, IssuedReply } from "../src/api/contract.ts";
import type { House } from "./house.ts";
import type { Where } from "./mosquitto.ts";

type Way = Omit<Where, "version">;

/** An agent that the house knows, and how a client connects as it. */
export type Enrolled = {
  readonly id: string;
  readonly clientId: string;
  /** With name and password, over TCP. */
  readonly plain: Way;
  /** With its certificate where it has one, over TLS. */
  readonly secure: Way;
  /** The same name and password, for `RawClient`. */
  readonly login: { readonly clientId: string; readonly username: string; password: Buffer };
  /** The bundle's files: `ca.crt`, `agent.crt`, `agent.key`. */
  readonly folder: string;
};

type Wish = Partial<Body<"POST /agents">> & Pick<Body<"POST /agents">, "kind">;

/** Makes an agent by the API; its bundle is saved as a person would save it. */
export async function enrol(house: House, wish: Wish): Promise<Enrolled> {
  const issued: IssuedReply = await house.call("POST", "/agents", {
    name: "gateway",
    credential: "password",
    ...wish,
  });
  const folder = mkdtempSync(join(tmpdir(), "fieldline-bundle-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const { id, clientId } = issued.agent;
  const { username, password } = issued;
  const named = username && password ? { username, password } : {};
  const tls = saved(folder, issued, await (await house.request("GET", "/ca.pem")).text());
  return {
    ...{ id, clientId, folder },
    plain: { port: house.ports.mqtt, clientId, ...named },
    secure: { port: house.ports.mqtts, clientId, ...named, tls },
    login: { clientId, username: username ?? "", password: Buffer.from(password ?? "") },
  };
}

/** With which words a gateway goes up to a server at this port, as an agent with a certificate. */
export function uplinkOf(folder: string, port: number, name: string): string[] {
  return [
    ...["--uplink", `mqtts://127.0.0.1:${port}`, "--uplink-name", name],
    ...["--uplink-ca", join(folder, "ca.crt")],
    ...["--uplink-certificate", join(folder, "agent.crt")],
    ...["--uplink-key", join(folder, "agent.key")],
  ];
}

function saved(folder: string, { certificate }: IssuedReply, caPem: string) {
  const ca = save(folder, "ca.crt", caPem);
  if (!certificate) return { ca };
  return {
    ca,
    certificate: save(folder, "agent.crt", certificate.certificatePem),
    key: save(folder, "agent.key", certificate.privateKeyPem),
  };
}

function save(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
