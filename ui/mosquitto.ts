/** A message, and where another program could publish it. */
type Published = {
  readonly topic: string;
  readonly retain: boolean;
  readonly qos: number;
  readonly mqttPort: number | null;
  readonly mqttsPort: number | null;
  readonly payload?: string;
  /** Instead, where its bytes are no text. */
  readonly hex?: string;
};

/**
 * The same message from a terminal: real address and ports, and placeholders for what nobody may
 * show. A password goes in the open only within one machine.
 */
export function mosquittoLine(message: Published, hostname: string): string {
  const { topic, payload = "", hex, retain, qos, mqttPort, mqttsPort } = message;
  const host = hostname.replace(/^\[|\]$/g, "");
  const isHere = ["localhost", "127.0.0.1", "::1"].includes(host);
  const isOpen = mqttPort !== null && (isHere || mqttsPort === null);
  const port = isOpen ? mqttPort : mqttsPort;
  return [
    ...(hex === undefined ? [] : [`echo ${hex} | xxd -r -p |`]),
    `mosquitto_pub -h ${quoted(host)} -p ${port ?? "PORT"}`,
    ...(isOpen ? [] : ["--cafile ca.crt"]),
    "-u 'CLIENT ID OF AN AGENT' -P 'ITS PASSWORD'",
    `-q ${qos}${retain ? " -r" : ""}`,
    `-t ${quoted(topic)}`,
    hex === undefined ? `-m ${quoted(payload)}` : "-s",
  ].join(" ");
}

/** One word for a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
