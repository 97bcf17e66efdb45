/** What the journal's kinds mean. One that is missing here is shown as it is written. */
export const EVENT_KINDS: Readonly<Record<string, string>> = {
  "access.signed-in": "Signed in",
  "access.signed-out": "Signed out",
  "access.refused": "Sign-in refused",
  "api.refused": "Not allowed",
  "access.set-up": "Set up the house",
  "access.user-created": "Created a user",
  "access.user-changed": "Changed a user",
  "access.user-removed": "Removed a user",
  "access.token-created": "Created a token",
  "access.token-issued": "Got a signed token",
  "access.token-revoked": "Revoked a token",
  "agent.created": "Created an agent",
  "agent.issued": "Issued a credential",
  "agent.model-given": "Handed in an agent's model",
  "agent.granted": "Changed an agent's rights",
  "agent.topic-changed": "Changed how an agent's own topic is read",
  "agent.topic-removed": "Removed an agent's own topic",
  "agent.refused": "Did not let an agent in",
  "agent.provisioned": "Let in a tenant's agent for the first time",
  "agent.certified": "Let in an agent with a new certificate",
  "agent.certificate-revoked": "Revoked an agent's certificate",
  "agent.revoked": "Revoked an agent",
  "agent.removed": "Removed an agent",
  "agent.disconnected": "Disconnected an agent",
  "agent.session-ended": "Ended a session",
  "agent.taken-over": "Took over a connection",
  "agent.lost-messages": "Fell behind and lost its oldest messages",
  "broker.gap": "The broker lost our session",
  "broker.worker-silent": "A worker is silent",
  "broker.worker-back": "A worker is back",
  "device.adopted": "Adopted a device",
  "device.declared": "Declared a device",
  "device.ignored": "Ignored a device",
  "device.order-cleared": "Cleared an order that the broker kept",
  "device.replaced": "Replaced a device",
  "device.asked": "Asks about a device again",
  "template.changed": "Changed a template",
  "template.removed": "Removed a template",
  "settings.meant": "Laid settings down",
  "rollout.started": "Began a rollout",
  "rollout.paused": "Paused a rollout",
  "rollout.resumed": "Went on with a rollout",
  "rollout.retried": "Tried a rollout's failures again",
  "rollout.cancelled": "Gave up the rest of a rollout",
  "rollout.ended": "Rollout ended",
  "network.lost": "Lost a network",
  "network.back": "A network is back",
  "device.offline": "A device is offline",
  "device.back": "A device is back",
  "device.expected": "Wrote a device down before it spoke",
  "device.fitted": "Said whether a sensor is fitted",
  "device.sensors-failed": "Sensors of a device have failed",
  "device.sensors-back": "Sensors of a device work again",
  "device.sensors-silent": "Sensors of a device are silent",
  "device.sensors-heard": "Sensors of a device speak again",
  "network.topics": "Told the topics of a network",
  "asset.created": "Created an asset",
  "asset.changed": "Changed an asset",
  "asset.removed": "Removed an asset",
  "point.changed": "Changed a variable",
  "point.retention-changed": "Changed how long a point is kept",
  "history.deleted": "Deleted samples of a variable",
  "history.import-began": "Began to import samples",
  "history.imported": "Imported samples",
  "history.import-stopped": "Stopped an import of samples",
  "history.import-failed": "An import of samples failed",
  "screen.changed": "Changed a screen",
  "command.requested": "Asked for a command",
  "command.sent": "Sent a command",
  "command.confirmed": "Command confirmed",
  "command.refused": "Command refused",
  "command.failed": "Command failed",
  "command.expired": "Command expired",
  "command.unknown": "Command unanswered",
  "rejected.cleared": "Emptied the rejected list",
  "rejected.taken-in": "Took in values that had been ahead of the clock",
  "demo.started": "Started the demo plant",
  "demo.removed": "Removed the demo plant",
  "disk.fine": "There is room on the disk",
  "disk.low": "Room on the disk gets scarce",
  "disk.full": "No room on the disk: samples refused",
  "clock.behind": "Most devices send times far ahead: this server's clock may be wrong",
  "clock.fine": "Devices and this server's clock agree again",
  "backup.started": "Began a backup",
  "backup.done": "Backup done",
  "backup.removed": "Removed a backup",
  "history.damaged": "Damaged samples were put aside: the disk has changed them",
  "history.missing": "Stored samples are missing: the disk lost them, or a file was removed",
  "history.unreadable": "Parts of the history are damaged and cannot be read",
  "history.mended":
    "The history was mended: what could be read is in a new file, and what is lost stands below",
  "history.failed": "The disk failed the history: what comes is kept in its log",
  "history.fine": "The history was opened anew after its disk failed",
  "outbox.low": "Samples wait, and little more is kept",
  "outbox.let_go": "Let go of what waited for a target",
  "outbox.dropped": "Dropped samples that waited too long",
  "house.started": "Server started",
};

export function eventWords(kind: string): string {
  return EVENT_KINDS[kind] ?? kind;
}

/** Somebody wanted something and did not get it: worth a look. */
export function isRefusal(kind: string): boolean {
  return /[.-](refused|failed|expired|unknown)$/.test(kind);
}

type Told = {
  readonly subject: string;
  readonly subjectName: string | null;
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly detail: Readonly<Record<string, unknown>>;
};

/**
 * What it happened to, by the name that it has now, or had then. Undefined where nobody knows: a
 * command's detail has the command's name, not the device's.
 */
export function subjectName(event: Told): string | undefined {
  const { subject, actor, detail } = event;
  const { name, clientId, asset, variable, file } = detail;
  if (event.subjectName !== null) return event.subjectName;
  if (subject.startsWith("point:") && typeof variable === "string") {
    return typeof asset === "string" ? `${variable} of ${asset}` : variable;
  }
  if (subject.startsWith("import:") && typeof file === "string") return file;
  if (subject === `${actor.kind}:${actor.id}`) return actor.name;
  if (/^(user|token|asset|agent):/.test(subject) && typeof name === "string") return name;
  return typeof clientId === "string" ? clientId : undefined;
}

/** What is gone has no name any more: then its kind, and the end of its id. */
export function subjectWords(subject: string): string {
  const [kind = "", ...rest] = subject.split(":");
  const id = rest.join(":");
  if (id === "") return kind;
  return id.length > 16 ? `${kind} …${id.slice(-6)}` : `${kind} ${id}`;
}
