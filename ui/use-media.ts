import { useCallback, useSyncExternalStore } from "react";

/** Where a table does not fit, the same rows are cards. */
export const PHONE = "(max-width: 640px)";

/** Some people get ill from what moves. */
export const LESS_MOTION = "(prefers-reduced-motion: reduce)";

export function useMedia(query: string): boolean {
  const listen = useCallback(
    (changed: () => void) => {
      const media = matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    [query],
  );
  return useSyncExternalStore(listen, () => matchMedia(query).matches);
}
