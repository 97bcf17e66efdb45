import type { CommandReply, CommandTypeReply } from "../src/api/contract.ts";
import type { StateKind } from "./part/badge.tsx";

type CommandWords = {
  readonly kind: StateKind;
  readonly word: string;
  /** What is known, and no more. */
  readonly meaning: string;
};

/** A command's state in words that claim no more than the house knows. */
export function commandWords(
  { state, detail }: Pick<CommandReply, "state" | "detail">,
  type: Pick<CommandTypeReply, "endsAt"> | undefined,
): CommandWords {
  const why = detail ? `: ${detail}` : "";
  switch (state) {
    case "requested":
      return { kind: "wait", word: "Asked", meaning: "In the journal, not on the wire yet." };
    case "sent":
      return type?.endsAt === "confirmed"
        ? { kind: "wait", word: "Sent", meaning: "Sent. The device has not answered yet." }
        : { kind: "off", word: "Sent", meaning: "Sent. This protocol gives no answer." };
    case "confirmed":
      return { kind: "on", word: "Confirmed", meaning: "The device says that it did it." };
    case "refused":
      return { kind: "wrong", word: "Refused", meaning: `Not sent${why || ": not allowed."}` };
    case "failed":
      return { kind: "wrong", word: "Failed", meaning: `It failed${why || "."}` };
    case "expired":
      return { kind: "wrong", word: "Expired", meaning: `Not sent${why || " in its time."}` };
    case "unknown":
      return {
        kind: "wrong",
        word: "Unknown",
        meaning: `Sent; ${detail || "no answer came"}. Nobody knows whether it was done.`,
      };
  }
}
