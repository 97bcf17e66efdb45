import { Download } from "lucide-react";
import { useEffect } from "react";
import type { IssuedReply } from "../../src/api/contract.ts";
import { download } from "../download.ts";
import { formatDate } from "../format.ts";
import { Button, LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { CopyBlock } from "../part/copy.tsx";
import { type Fact, Facts } from "../part/facts.tsx";
import { FirstMessage } from "./first-message.tsx";

type AgentIssuedProps = {
  readonly issued: IssuedReply;
  /** The agent was made just now, so nothing has come from it yet. */
  readonly isFirst: boolean;
};

/** Credentials, the only time that they are shown, and what to do with them. */
export function AgentIssued({ issued, isFirst }: AgentIssuedProps) {
  const { agent, examples } = issued;
  // The form that was here a moment ago may have been scrolled.
  useEffect(() => {
    window.scrollTo(0, 0);
  }, []);
  return (
    <>
      <Card
        title="Credentials"
        meta="Shown once: the server keeps no copy"
        span={7}
        actions={
          isFirst && (
            <LinkButton to="/agents/$agentId" params={{ agentId: agent.id }}>
              I have kept them
            </LinkButton>
          )
        }
      >
        <Facts facts={factsOf(issued)} />
        <Files issued={issued} />
      </Card>
      <FirstMessage agentId={agent.id} />
      <Card title="Try it" meta="Ready to paste, with Mosquitto's clients">
        <div className="stack agent-examples">
          {examples.map(({ title, command }) => (
            <div key={title} className="stack">
              <span className="dim">{title}</span>
              <CopyBlock text={command} label={`Copy: ${title}`} />
            </div>
          ))}
          {examples.length === 0 && (
            <p className="dim">Connect any MQTT client with the credentials above.</p>
          )}
        </div>
      </Card>
    </>
  );
}

function factsOf(issued: IssuedReply): (Fact | false)[] {
  const { agent, username, password, certificate, host, mqttPort, mqttsPort } = issued;
  return [
    ["Host", <code key="host">{host}</code>],
    ["Ports", portWords(mqttPort, mqttsPort)],
    ["Client id", <CopyBlock key="client" text={agent.clientId} label="Copy the client id" />],
    username !== null && [
      "User name",
      <CopyBlock key="user" text={username} label="Copy the user name" />,
    ],
    password !== null && [
      "Password",
      <CopyBlock key="password" text={password} label="Copy the password" />,
    ],
    certificate !== null && ["Certificate", `good until ${formatDate(certificate.expiresAt)}`],
    certificate !== null && ["Serial", <code key="serial">{certificate.serial}</code>],
  ];
}

function portWords(mqttPort: number | null, mqttsPort: number | null): string {
  const ports = [
    mqttPort !== null && `${mqttPort} (MQTT)`,
    mqttsPort !== null && `${mqttsPort} (MQTT over TLS)`,
  ].filter((port) => port !== false);
  return ports.length > 0 ? ports.join(", ") : "none is open";
}

/** The names are those that the commands below use. */
function Files({ issued: { certificate, mqttsPort } }: { readonly issued: IssuedReply }) {
  if (certificate === null) {
    return mqttsPort === null ? null : (
      <p className="agent-files">
        <a className="link" href="/api/v1/ca.pem" download="ca.crt">
          Download ca.crt
        </a>{" "}
        <span className="hint">to check the server over TLS</span>
      </p>
    );
  }
  const { privateKeyPem, certificatePem, caPem } = certificate;
  const files = [
    ["agent.key", privateKeyPem],
    ["agent.crt", certificatePem],
    ["ca.crt", caPem],
  ] as const;
  return (
    <div className="agent-files row wrap">
      {files.map(([name, text]) => (
        <Button key={name} icon={Download} onClick={() => download(name, text)}>
          {name}
        </Button>
      ))}
      {mqttsPort === null && (
        <span className="hint">
          MQTT over TLS is closed here: certificates count once the server runs with --mqtts.
        </span>
      )}
    </div>
  );
}
