import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { SamplesImportReply } from "../src/api/contract.ts";
import { LIMIT } from "../src/domain/limit.ts";
import { call, ProblemError } from "./api.ts";
import type { ImportReading } from "./import-words.ts";
import { DELETION_CHANGES } from "./page/delete-samples.tsx";

/** Between two looks at what is at work. */
const LOOK_MS = 400;

/**
 * One file on its way in: handed in, checked, stored. It goes on where the dialog is closed while
 * samples are stored; before that, the server is told to forget the file.
 */
export function useSamplesImport(near: readonly string[]) {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState(0);
  const [reading, setReading] = useState<ImportReading | null>(null);
  const [checked, setChecked] = useState<ImportReading | null>(null);
  const { state, problem, isHere, show, run } = useWork();

  const follow = async (begun: SamplesImportReply) => {
    let now = begun;
    show(now);
    while (isHere() && isAtWork(now)) {
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS));
      now = await call("GET /imports/:id", { params: { id: now.id } });
      show(now);
    }
  };
  const check = async (id: string, wish: ImportReading) => {
    setChecked(wish);
    const parts = { params: { id }, body: { reading: wish, near: [...near] } };
    await follow(await call("POST /imports/:id/check", parts));
  };
  const take = async (chosen: File) => {
    if (state) await forget(state.id);
    setFile(chosen);
    setSent(0);
    show(null);
    const handed = await handIn(chosen, { isHere, onSent: setSent, onState: show });
    if (!handed?.look || !isHere()) return;
    setReading(handed.look.reading);
    await check(handed.id, handed.look.reading);
  };
  const keep = async ({ id }: SamplesImportReply, wish: ImportReading, skip: boolean) => {
    const parts = { params: { id }, body: { reading: wish, near: [...near], skip } };
    await follow(await call("POST /imports/:id/store", parts));
    for (const route of [...DELETION_CHANGES, "GET /imports"])
      void client.invalidateQueries({ queryKey: [route] });
  };
  const stop = async ({ id }: SamplesImportReply) =>
    show(await call("POST /imports/:id/stop", { params: { id } }));
  return {
    ...{ file, sent, state, reading, problem, setReading },
    /** What stands there was not checked as it will be read now. */
    isStale: reading !== checked,
    choose: (chosen: File) => run(() => take(chosen)),
    check: () => state && reading && run(() => check(state.id, reading)),
    store: (skip: boolean) => state && reading && run(() => keep(state, reading, skip)),
    stop: () => state && run(() => stop(state)),
  };
}

/** What the server said last, or refused; and whether anybody is here to see it. */
function useWork() {
  const [state, setState] = useState<SamplesImportReply | null>(null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const newest = useRef<SamplesImportReply | null>(null);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
      if (newest.current && newest.current.state !== "storing") void forget(newest.current.id);
    };
  }, []);
  const run = (work: () => Promise<void>) => {
    setProblem(null);
    work().catch((error: unknown) => {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
    });
  };
  const show = (now: SamplesImportReply | null) => {
    newest.current = now;
    setState(now);
  };
  return { state, problem, isHere: () => isHere.current, show, run };
}

export type SamplesImport = ReturnType<typeof useSamplesImport>;

export function isAtWork({ state }: SamplesImportReply): boolean {
  return state === "checking" || state === "storing";
}

type Watch = {
  readonly isHere: () => boolean;
  readonly onSent: (bytes: number) => void;
  readonly onState: (state: SamplesImportReply) => void;
};

/** In parts, so that neither side holds all of it. Undefined where nobody waits for it any more. */
async function handIn(
  file: File,
  { isHere, onSent, onState }: Watch,
): Promise<SamplesImportReply | undefined> {
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
  const body = { name: file.name, bytes: file.size, zone };
  let state: SamplesImportReply = await call("POST /imports", { body });
  onState(state);
  for (let at = 0; at < file.size; at = state.received) {
    if (!isHere()) return undefined;
    const part = file.slice(at, at + LIMIT.importPartBytes);
    const parts = {
      ...{ params: { id: state.id }, query: { at } },
      body: new Uint8Array(await part.arrayBuffer()),
    };
    state = await call("PUT /imports/:id/content", parts);
    onSent(state.received);
  }
  onState(state);
  return state;
}

/** What is gone already needs no forgetting. */
async function forget(id: string): Promise<void> {
  await call("DELETE /imports/:id", { params: { id } }).catch(() => undefined);
}
