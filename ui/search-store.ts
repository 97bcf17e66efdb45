import { useSyncExternalStore } from "react";

let isOpen = false;
const listeners = new Set<() => void>();

/** Whether the search is open: any part may open it, the frame draws it. */
export function useSearchOpen(): boolean {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => isOpen,
  );
}

export function openSearch(): void {
  set(true);
}

export function closeSearch(): void {
  set(false);
}

function set(open: boolean): void {
  isOpen = open;
  for (const changed of listeners) changed();
}
