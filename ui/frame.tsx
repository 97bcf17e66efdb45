import { Link, Outlet } from "@tanstack/react-router";
import { LogOut, Menu } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import type { RouteName } from "../src/api/contract.ts";
import { mayDo } from "../src/domain/permission.ts";
import { formatName } from "./format.ts";
import { Count } from "./part/badge.tsx";
import { Brand } from "./part/brand.tsx";
import { Button, IconButton } from "./part/button.tsx";
import { Dialog } from "./part/dialog.tsx";
import { PLACES, type Place, SECTIONS } from "./places.ts";
import { useAsk, useReply } from "./query.ts";
import { closeSearch, openSearch, useSearchOpen } from "./search-store.ts";
import { useMe } from "./session.ts";
import { live, useLink } from "./use-live.ts";
import { useRefetchOn } from "./use-refetch.ts";
import "./frame.css";

/** What shows assets, points or devices, and so must follow them. */
const MODEL_ROUTES: readonly RouteName[] = [
  "GET /overview",
  "GET /assets",
  "GET /assets/:id",
  "GET /points",
  "GET /points/latest",
  "GET /devices",
];

const SearchDialog = lazy(() =>
  import("./search.tsx").then(({ SearchDialog }) => ({ default: SearchDialog })),
);

/** Around every page: the ways to go at the left (below, on a phone), and the live feed. */
export function Frame() {
  useLiveFeed();
  useSearchKey();
  useRefetchOn(({ kind }) => kind === "model.changed", MODEL_ROUTES);
  const isSearching = useSearchOpen();
  return (
    <div className="frame">
      <a href="#main" className="skip">
        Skip to the content
      </a>
      <Rail />
      <Outlet />
      <BottomTabs />
      {isSearching && (
        <Suspense>
          <SearchDialog onClose={closeSearch} />
        </Suspense>
      )}
    </div>
  );
}

function useLiveFeed(): void {
  const link = useLink();
  useEffect(() => {
    const onVisible = () => live.setVisible(document.visibilityState === "visible");
    live.start();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      live.stop();
    };
  }, []);
  useEffect(() => {
    // On `late` and `offline` the style sheets dim every live figure: see part/figure.css.
    document.documentElement.dataset["link"] = link;
  }, [link]);
}

function useSearchKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isChord = (event.ctrlKey || event.metaKey) && event.key === "k";
      if (!isChord && (event.key !== "/" || isTyping(event.target))) return;
      event.preventDefault();
      openSearch();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}

function usePlaces(): readonly Place[] {
  const { role } = useMe();
  return PLACES.filter(({ permission }) => mayDo(role, permission));
}

function Rail() {
  const places = usePlaces();
  return (
    <nav className="rail" aria-label="Main">
      <Link to="/" className="rail-brand" aria-label="Fieldline, overview">
        <Brand />
      </Link>
      {SECTIONS.map((section) => (
        <div key={section} className="rail-section">
          {section && places.some((place) => place.section === section) && <h2>{section}</h2>}
          {places
            .filter((place) => place.section === section)
            .map((place) => (
              <RailLink key={place.to} place={place} />
            ))}
        </div>
      ))}
      <WhoAmI />
    </nav>
  );
}

function RailLink({ place }: { place: Place }) {
  const { to, name, icon: Icon } = place;
  return (
    <Link to={to} title={name} activeOptions={{ exact: to === "/" }} className="rail-link">
      <Icon size={17} strokeWidth={1.75} aria-hidden />
      <span>{name}</span>
      {place.waits && <Waiting what={place.waits} />}
    </Link>
  );
}

/** What waits there for a person: devices in the inbox, refused messages. */
function Waiting({ what }: { what: "inbox" | "rejected" }) {
  const overview = useReply("GET /overview", {}, { every: 10_000 });
  return <Count of={overview.data?.[what] ?? 0} label="waiting" />;
}

function WhoAmI() {
  const { name, role } = useMe();
  return (
    <div className="who">
      <span className="who-face" aria-hidden>
        {initialsOf(name)}
      </span>
      <span className="who-words">
        <span className="cut">{name}</span>
        <span className="hint">{formatName(role)}</span>
      </span>
      <IconButton label="Sign out" icon={LogOut} onClick={useSignOut()} />
    </div>
  );
}

/** Starts anew on the sign-in page: nothing of the session stays in this tab's memory. */
function useSignOut(): () => void {
  const signOut = useAsk("DELETE /session", []);
  return () => signOut.mutate({}, { onSettled: () => location.assign("/sign-in") });
}

function BottomTabs() {
  const places = usePlaces();
  const [isOpen, setOpen] = useState(false);
  const { name, role } = useMe();
  const signOut = useSignOut();
  return (
    <nav className="bottom-tabs" aria-label="Main, phone">
      {places
        .filter(({ onPhone }) => onPhone)
        .map((place) => (
          <RailLink key={place.to} place={place} />
        ))}
      <button type="button" className="rail-link" onClick={() => setOpen(true)}>
        <Menu size={20} strokeWidth={1.75} aria-hidden />
        <span>More</span>
      </button>
      <Dialog
        title="More"
        open={isOpen}
        onClose={() => setOpen(false)}
        actions={<Button onClick={signOut}>Sign out</Button>}
      >
        <div className="more">
          {places
            .filter(({ onPhone }) => !onPhone)
            .map(({ to, name, icon: Icon }) => (
              <Link key={to} to={to} className="rail-link" onClick={() => setOpen(false)}>
                <Icon size={18} strokeWidth={1.75} aria-hidden />
                <span>{name}</span>
              </Link>
            ))}
        </div>
        <p className="hint">{`Signed in as ${name}, ${formatName(role).toLowerCase()}`}</p>
      </Dialog>
    </nav>
  );
}

function initialsOf(name: string): string {
  const words = name.split(/[\s.@_-]+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
}
