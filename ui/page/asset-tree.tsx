import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { AssetReply } from "../../src/api/contract.ts";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { More } from "../part/more.tsx";
import { SearchBox } from "../part/search-box.tsx";
import { useReply } from "../query.ts";
import { byName } from "../tree.ts";
import { usePages } from "../use-pages.ts";
import { useSettled } from "../use-settled.ts";
import "./asset-tree.css";

type AssetTreeProps = { readonly assetId: string | undefined };

const PAGE = 100;
const EVERY_MS = 30_000;

/** What is open stays open while one walks from asset to asset. */
const opened = new Set<string>();

/** All assets: a branch is read when it is opened, and the server searches the whole plant. */
export function AssetTree({ assetId }: AssetTreeProps) {
  const [typed, setTyped] = useState("");
  const wanted = useSettled(typed.trim());
  return (
    <nav className="asset-tree" aria-label="Assets">
      <SearchBox label="Find in the plant" value={typed} onChange={setTyped} />
      {wanted === "" ? <Roots assetId={assetId} /> : <Found wanted={wanted} />}
    </nav>
  );
}

/** The way to the asset that is looked at is open, whatever the person chose. */
function Roots({ assetId }: AssetTreeProps) {
  const current = useReply(
    "GET /assets/:id",
    { params: { id: assetId ?? "" } },
    { when: assetId !== undefined },
  );
  const path = (current.data?.path ?? []).map(({ id }) => id);
  const way = new Set(path.filter((id) => id !== assetId));
  return <Branch parentId="" depth={0} way={way} />;
}

function Found({ wanted }: { readonly wanted: string }) {
  const pages = usePages("GET /assets", { search: wanted }, { limit: PAGE });
  const { rows, problem } = pages;
  if (!rows) return problem ? <ProblemNote problem={problem} /> : <Waiting />;
  if (rows.length === 0)
    return <p className="hint asset-tree-none">No asset has “{wanted}” in its name.</p>;
  return (
    <>
      <ul>
        {rows.map(({ id, name, path }) => (
          <li key={id} className="twig">
            <Link to="/plant/$assetId" params={{ assetId: id }} className="twig-found">
              <span className="cut">{name}</span>
              <span className="hint cut">{path.split("/").slice(0, -1).join(" / ")}</span>
            </Link>
          </li>
        ))}
      </ul>
      <More {...pages} shown={rows.length} />
    </>
  );
}

type BranchProps = {
  /** Empty: the roots. */
  readonly parentId: string;
  readonly depth: number;
  readonly way: ReadonlySet<string>;
};

function Branch({ parentId, depth, way }: BranchProps) {
  const pages = usePages("GET /assets", { parentId }, { limit: PAGE, every: EVERY_MS });
  const { rows, problem } = pages;
  if (!rows) return problem ? <ProblemNote problem={problem} /> : <Waiting />;
  return (
    <>
      <ul>
        {rows.toSorted(byName).map((asset) => (
          <Twig key={asset.id} asset={asset} depth={depth} way={way} isOnly={rows.length === 1} />
        ))}
      </ul>
      <More {...pages} shown={rows.length} />
    </>
  );
}

type TwigProps = Omit<BranchProps, "parentId"> & {
  readonly asset: AssetReply;
  readonly isOnly: boolean;
};

function Twig({ asset, depth, way, isOnly }: TwigProps) {
  // The site is open from the start: most plants fit then.
  const [isChosen, setChosen] = useState(opened.has(asset.id) || (isOnly && depth < 1));
  const isOpen = asset.children > 0 && (isChosen || way.has(asset.id));
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
      {isOpen && <Branch parentId={asset.id} depth={depth + 1} way={way} />}
    </li>
  );
}
