import { X } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { Button, IconButton } from "./button.tsx";
import "./toast.css";

type Said = { readonly id: number; readonly text: string; readonly undo: (() => void) | undefined };

const SHOWN_MS = 4_000;
/** Long enough to see that it was the wrong one. */
const UNDO_MS = 10_000;
const SHOWN_MAX = 3;

let said: readonly Said[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Says that something was done: `say("Saved")`; `undo` where that can be taken back. */
export function say(text: string, undo?: () => void): void {
  lastId += 1;
  set([...said, { id: lastId, text, undo }].slice(-SHOWN_MAX));
}

/** Where it is said, once on the page; read aloud without taking the focus. */
export function ToastPlace() {
  const toasts = useSyncExternalStore(listen, () => said);
  return (
    <div className="toast-place" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <Toast key={toast.id} {...toast} />
      ))}
    </div>
  );
}

function Toast({ id, text, undo }: Said) {
  useEffect(() => {
    const timer = window.setTimeout(() => take(id), undo ? UNDO_MS : SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [id, undo]);
  return (
    <div className="toast">
      <span className="toast-text">{text}</span>
      {undo && (
        <Button
          kind="quiet"
          onClick={() => {
            take(id);
            undo();
          }}
        >
          Undo
        </Button>
      )}
      <IconButton label="Close" icon={X} onClick={() => take(id)} />
    </div>
  );
}

function take(id: number): void {
  set(said.filter((toast) => toast.id !== id));
}

function set(toasts: readonly Said[]): void {
  said = toasts;
  for (const changed of listeners) changed();
}

function listen(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
