import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { Activity, Building2, Cpu, type LucideIcon, Search } from "lucide-react";
import { useState } from "react";
import { mayDo } from "../src/domain/permission.ts";
import { formatName } from "./format.ts";
import { PLACES } from "./places.ts";
import { useReply } from "./query.ts";
import { useMe } from "./session.ts";
import { useSettled } from "./use-settled.ts";
import "./part/dialog.css";
import "./search.css";

type Hit = {
  readonly key: string;
  readonly name: string;
  /** Where it is, dimmer. */
  readonly about: string;
  readonly icon: LucideIcon;
  readonly to: string;
};

/** Of each sort; who wants more types more. */
const HITS_MAX = 6;

/** Ctrl K or /: to any page, asset, value or device by a few letters. */
export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const { hits, isAsking } = useHits(typed.trim());
  const navigate = useNavigate();
  const open = (hit: Hit) => {
    onClose();
    void navigate({ to: hit.to });
  };
  return (
    <Dialog.Root open onOpenChange={(opened) => !opened && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="dialog-backdrop" />
        <Dialog.Popup className="search" aria-label="Search">
          <Autocomplete.Root
            items={hits}
            itemToStringValue={(hit: Hit) => hit.name}
            // The server has chosen already.
            filter={null}
            value={typed}
            onValueChange={setTyped}
            autoHighlight="always"
            inline
            open
          >
            <div className="search-line">
              <Search size={17} aria-hidden />
              <Autocomplete.Input
                className="search-input"
                aria-label="Find an asset, value, device or page"
                placeholder="Asset, value, device or page"
              />
            </div>
            <Autocomplete.Empty className="search-none">
              {isAsking ? "Looking …" : "Nothing has that name."}
            </Autocomplete.Empty>
            <Autocomplete.List className="search-hits">
              {(hit: Hit) => (
                <Autocomplete.Item
                  key={hit.key}
                  value={hit}
                  className="search-hit"
                  onClick={() => open(hit)}
                >
                  <hit.icon size={16} strokeWidth={1.75} aria-hidden />
                  <span className="search-name cut">{hit.name}</span>
                  <span className="hint cut">{hit.about}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Pages at once, the rest as the server finds it. */
function useHits(typed: string): { readonly hits: readonly Hit[]; readonly isAsking: boolean } {
  const { role } = useMe();
  const search = useSettled(typed);
  const asked = { query: { search, limit: HITS_MAX } };
  const choice = { when: search !== "", keep: true };
  const assets = useReply("GET /assets", asked, choice);
  const devices = useReply("GET /devices", asked, choice);
  const points = useReply("GET /points", asked, choice);
  const pages = PLACES.filter(
    ({ permission, name }) =>
      mayDo(role, permission) && name.toLowerCase().includes(typed.toLowerCase()),
  ).map(({ to, name, section, icon }): Hit => ({ key: to, name, about: section, icon, to }));
  if (typed === "") return { hits: pages, isAsking: false };
  return {
    hits: [
      ...pages,
      ...(assets.data?.items ?? []).map(({ id, name, path }) => ({
        key: `asset:${id}`,
        name,
        about: path.split("/").slice(0, -1).join(" / "),
        icon: Building2,
        to: `/plant/${id}`,
      })),
      ...(devices.data?.items ?? []).map(({ id, name, protocol, address }) => ({
        key: `device:${id}`,
        name,
        about: `${protocol} · ${address}`,
        icon: Cpu,
        to: `/devices/${id}`,
      })),
      ...(points.data?.items ?? []).map(({ id, assetId, path, variable }) => ({
        key: `point:${id}`,
        name: formatName(variable.name),
        about: path.split("/").join(" / "),
        icon: Activity,
        to: `/plant/${assetId}?pens=${id}`,
      })),
    ],
    isAsking: search !== typed || [assets, devices, points].some(({ isFetching }) => isFetching),
  };
}
