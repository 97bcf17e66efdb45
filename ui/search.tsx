import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { Building2, Cpu, type LucideIcon, Search } from "lucide-react";
import { mayDo } from "../src/domain/permission.ts";
import { PLACES } from "./places.ts";
import { useReply } from "./query.ts";
import { useMe } from "./session.ts";
import { pathTo } from "./tree.ts";
import "./search.css";

type Hit = {
  readonly key: string;
  readonly name: string;
  /** Where it is, dimmer; searched too. */
  readonly about: string;
  readonly icon: LucideIcon;
  readonly to: string;
};

const HITS_MAX = 12;

/** Ctrl K: to any page, asset or device by a few letters. */
export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const hits = useHits();
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
            itemToStringValue={(hit: Hit) => `${hit.name} ${hit.about}`}
            limit={HITS_MAX}
            autoHighlight="always"
            inline
            open
          >
            <div className="search-box">
              <Search size={17} aria-hidden />
              <Autocomplete.Input
                className="search-input"
                aria-label="Find an asset, device or page"
                placeholder="Asset, device or page"
              />
            </div>
            <Autocomplete.Empty className="search-none">Nothing has that name.</Autocomplete.Empty>
            <Autocomplete.List className="search-hits">
              {(hit: Hit) => (
                <Autocomplete.Item
                  key={hit.key}
                  value={hit}
                  className="search-hit"
                  onClick={() => open(hit)}
                >
                  <hit.icon size={16} strokeWidth={1.75} aria-hidden />
                  <span>{hit.name}</span>
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

function useHits(): Hit[] {
  const { role } = useMe();
  const assets = useReply("GET /assets", { query: { limit: 1_000 } }).data?.items ?? [];
  const devices = useReply("GET /devices", { query: { limit: 1_000 } }).data?.items ?? [];
  return [
    ...PLACES.filter(({ permission }) => mayDo(role, permission)).map(
      ({ to, name, section, icon }): Hit => ({ key: to, name, about: section, icon, to }),
    ),
    ...assets.map(
      ({ id, name }): Hit => ({
        key: `asset:${id}`,
        name,
        about: pathTo(assets, id)
          .slice(0, -1)
          .map((asset) => asset.name)
          .join(" / "),
        icon: Building2,
        to: `/plant/${id}`,
      }),
    ),
    ...devices.map(
      ({ id, name, protocol, address }): Hit => ({
        key: `device:${id}`,
        name,
        about: `${protocol} · ${address}`,
        icon: Cpu,
        to: `/devices/${id}`,
      }),
    ),
  ];
}
