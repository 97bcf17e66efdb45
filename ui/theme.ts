import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

/** The same name stands in public/theme.js, which runs before the first paint. */
const STORED_AS = "fieldline.theme";
const system = () => matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

/** The theme in use: the chosen one, else the system's. */
export function useTheme(): Theme {
  return useSyncExternalStore(listen, themeNow);
}

/** Choosing what the system wants anyway means: follow the system. */
export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === systemTheme()) {
    localStorage.removeItem(STORED_AS);
    delete root.dataset["theme"];
  } else {
    localStorage.setItem(STORED_AS, theme);
    root.dataset["theme"] = theme;
  }
  for (const listener of listeners) listener();
}

/** The colour behind a token, as a canvas wants it: light-dark() and all resolved. */
export function colourOf(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function themeNow(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === "light" || chosen === "dark" ? chosen : systemTheme();
}

function systemTheme(): Theme {
  return system().matches ? "dark" : "light";
}

function listen(listener: () => void): () => void {
  const media = system();
  media.addEventListener("change", listener);
  listeners.add(listener);
  return () => {
    media.removeEventListener("change", listener);
    listeners.delete(listener);
  };
}
