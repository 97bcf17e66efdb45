import { Moon, Search, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { formatAge, formatTime, zoneName } from "../format.ts";
import { openSearch } from "../search-store.ts";
import { chooseTheme, useTheme } from "../theme.ts";
import { live, useByTime, useLink, useSecond } from "../use-live.ts";
import { IconButton } from "./button.tsx";
import "./top-bar.css";

/** Always there: where I am, search, how the line to the server stands, the time, the theme. */
export function TopBar({ children }: { readonly children: ReactNode }) {
  return (
    <header className="top-bar">
      <div className="crumbs">{children}</div>
      <button type="button" className="find" onClick={openSearch}>
        <Search size={15} aria-hidden />
        <span className="find-words">Find an asset, device or page</span>
        <kbd>Ctrl K</kbd>
      </button>
      <LinkLight />
      <Clock />
      <ThemeSwitch />
    </header>
  );
}

const LINK_WORDS = {
  connecting: "Connecting",
  live: "Live",
  late: "Late",
  offline: "Offline",
} as const;

function LinkLight() {
  const link = useLink();
  const silence = useByTime((now) => formatAge(now - live.heardAt));
  const isSilent = (link === "late" || link === "offline") && live.heardAt > 0;
  return (
    <div className={`link-light ${link}`} role="status">
      <i aria-hidden />
      <span>{LINK_WORDS[link]}</span>
      {isSilent && <span className="num">{silence}</span>}
    </div>
  );
}

function Clock() {
  const now = useSecond();
  return (
    <time className="clock num" dateTime={new Date(now).toISOString()}>
      {formatTime(now)}
      <small>{zoneName(now)}</small>
    </time>
  );
}

export function ThemeSwitch() {
  const other = useTheme() === "dark" ? "light" : "dark";
  return (
    <IconButton
      label={`Switch to the ${other} theme`}
      icon={other === "light" ? Sun : Moon}
      onClick={() => chooseTheme(other)}
    />
  );
}
