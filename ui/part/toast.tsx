import { X } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { IconButton } from "./button.tsx";
import "./toast.css";

type Said = { readonly id: number; readonly text: string };

const SHOWN_MS = 4_000;
const SHOWN_MAX = 3;

let said: readonly Said[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Says that something was done: `say("Saved")`. */
export function say(text: string): void {
  lastId += 1;
  set([...said, { id: lastId, text }].slice(-SHOWN_MAX));
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

function Toast({ id, text }: Said) {
  useEffect(() => {
    const timer = window.setTimeout(() => take(id), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [id]);
  return (
    <div className="toast">
      <span>{text}</span>
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
