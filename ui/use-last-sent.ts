import type { CommandReply, EventReply } from "../src/api/contract.ts";
import { useReply } from "./query.ts";
import type { FormParameters } from "./schema-form.ts";
import { useMay } from "./session.ts";

/** What was sent to a device under a name, the last time. */
export type LastSent = {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly parameters: FormParameters;
};

/** As far back as is looked when other commands have pushed it off the device's own list. */
const EVENTS = 500;

/** Null where nothing was sent as far as this person may see; undefined while it is looked for. */
export function useLastSent(
  deviceId: string,
  name: string,
  commands: readonly CommandReply[],
): LastSent | null | undefined {
  const mayRead = useMay("read-journal");
  const own = commands.find((command) => command.name === name && wasSent(command));
  const journal = useReply(
    "GET /journal",
    { query: { kind: "command.sent", subject: `device:${deviceId}`, limit: EVENTS } },
    { when: mayRead && !own },
  );
  if (own) {
    const { id, requestedAt, actor, parameters } = own;
    return { id, at: requestedAt, actor, parameters };
  }
  if (journal.isLoading) return undefined;
  const event = journal.data?.items.find(({ detail }) => detail["name"] === name);
  return event ? lastIn(event) : null;
}

function wasSent({ state }: CommandReply): boolean {
  return state === "sent" || state === "confirmed" || state === "unknown";
}

function lastIn({ at, actor, detail }: EventReply): LastSent {
  const { id, parameters } = detail as { id?: string; parameters?: FormParameters };
  return { id: id ?? at, at, actor: actor.name, parameters: parameters ?? {} };
}
