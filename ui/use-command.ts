import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { CommandReply, Reply } from "../src/api/contract.ts";
import { call, type ProblemError } from "./api.ts";
import { useAsk } from "./query.ts";

export type CommandWish = {
  readonly deviceId: string;
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
};
type CommandPreview = {
  readonly message: Reply<"POST /commands/preview"> | undefined;
  readonly problem: ProblemError | null;
};

/** Somebody drags a slider: ask when it rests. */
const REST_MS = 150;

/** The exact message that a wish becomes, by the driver itself; nothing is sent. */
export function useCommandPreview(wish: CommandWish | null): CommandPreview {
  const text = useRested(wish === null ? "" : JSON.stringify(wish));
  const { data, error } = useQuery<Reply<"POST /commands/preview">, ProblemError>({
    queryKey: ["POST /commands/preview", text],
    enabled: text !== "",
    staleTime: 60_000,
    placeholderData: (before) => before,
    queryFn: () => call("POST /commands/preview", { body: JSON.parse(text) }),
  });
  return { message: wish === null ? undefined : data, problem: error };
}

export type CommandSending = {
  readonly send: (wish: CommandWish, onSent?: () => void) => void;
  /** What became of the last one that was sent from here. */
  readonly row: CommandReply | undefined;
  readonly problem: ProblemError | null;
  readonly isSending: boolean;
};

export function useSending(): CommandSending {
  const asked = useAsk("POST /commands", ["GET /devices/:id", "GET /devices/:id/settings"]);
  return {
    send: ({ deviceId, name, parameters }, onSent) =>
      asked.mutate(
        { body: { deviceId, name, parameters: { ...parameters } } },
        onSent ? { onSuccess: onSent } : {},
      ),
    row: asked.data,
    problem: asked.error,
    isSending: asked.isPending,
  };
}

/** The text once it has not changed for a moment. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setRested(text), REST_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return rested;
}
