import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { AssetReply } from "../../src/api/contract.ts";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { useReply } from "../query.ts";
import { byName, pathTo } from "../tree.ts";
import "./asset-tree.css";

type AssetTreeProps = { readonly assetId: string | undefined };

/** All assets. What is open stays open while one walks from asset to asset. */
const opened = new Set<string>();

export function AssetTree({ assetId }: AssetTreeProps) {
  const reply = useReply("GET /assets", { query: { limit: 1_000 } }, { every: 30_000 });
  const [wanted, setWanted] = useState("");
  const assets = reply.data?.items ?? [];
  const shown = matching(assets, wanted);
  const way = new Set(pathTo(assets, assetId ?? "").map(({ id }) => id));
  return (
    <nav className="asset-tree" aria-label="Assets">
      <TextField
        label="Find in the plant"
        type="search"
        value={wanted}
        onChange={setWanted}
        autoComplete="off"
      />
      <ProblemNote problem={reply.error} />
      {reply.isLoading && <Waiting />}
      <Branch
        parentId={null}
        assets={shown}
        depth={0}
        isForced={(id) => wanted !== "" || way.has(id)}
        current={assetId}
      />
      {reply.data && shown.length === 0 && wanted && (
        <p className="hint asset-tree-none">No asset has “{wanted}” in its name.</p>
      )}
    </nav>
  );
}

type BranchProps = {
  readonly parentId: string | null;
  readonly assets: readonly AssetReply[];
  readonly depth: number;
  /** Open whatever the person chose: it leads to what is shown or searched. */
  readonly isForced: (id: string) => boolean;
  readonly current: string | undefined;
};

function Branch(props: BranchProps) {
  const children = props.assets.filter((asset) => asset.parentId === props.parentId).sort(byName);
  if (children.length === 0) return null;
  return (
    <ul>
      {children.map((asset) => (
        <Twig key={asset.id} asset={asset} {...props} />
      ))}
    </ul>
  );
}

function Twig({ asset, ...branch }: BranchProps & { readonly asset: AssetReply }) {
  const { depth, isForced, current } = branch;
  // The site and its areas are open from the start: most plants fit then.
  const [isChosen, setChosen] = useState(opened.has(asset.id) || depth < 1);
  const isOpen = isChosen || (isForced(asset.id) && asset.id !== current);
  const toggle = () => {
    setChosen(!isOpen);
    if (isOpen) opened.delete(asset.id);
    else opened.add(asset.id);
  };
  return (
    <li>
      <div className="twig" style={{ paddingLeft: depth * 16 }}>
        {asset.children > 0 ? (
          <button
            type="button"
            className="twig-toggle"
            aria-expanded={isOpen}
            aria-label={`Parts of ${asset.name}`}
            onClick={toggle}
          >
            <ChevronRight size={14} strokeWidth={2} aria-hidden />
          </button>
        ) : (
          <span className="twig-toggle" />
        )}
        <Link to="/plant/$assetId" params={{ assetId: asset.id }} className="twig-link cut">
          {asset.name}
        </Link>
        {asset.children > 0 && <span className="hint num">{asset.children}</span>}
      </div>
      {isOpen && <Branch {...branch} parentId={asset.id} depth={depth + 1} />}
    </li>
  );
}

/** What has the words in its name, with the way to it. */
function matching(assets: readonly AssetReply[], wanted: string): readonly AssetReply[] {
  const words = wanted.trim().toLowerCase();
  if (words === "") return assets;
  const kept = new Set(
    assets
      .filter(({ name }) => name.toLowerCase().includes(words))
      .flatMap(({ id }) => pathTo(assets, id)),
  );
  return assets.filter((asset) => kept.has(asset));
}
