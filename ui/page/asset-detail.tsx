import { Link } from "@tanstack/react-router";
import { Pencil, Plus } from "lucide-react";
import { useState } from "react";
import type { AssetReply, PointReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Chip } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, Waiting } from "../part/empty.tsx";
import { inOrder } from "../pick.ts";
import { useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { AddPart, EditAsset } from "./asset-edit.tsx";
import { AssetParts } from "./asset-parts.tsx";
import { AssetTiles } from "./asset-tiles.tsx";
import { AssetTrend } from "./asset-trend.tsx";
import { EditPoint } from "./point-edit.tsx";
import "./asset.css";

type AssetDetailProps = {
  readonly assetId: string;
  /** True: the page's title is not its name, so the head says it. */
  readonly isNamed?: boolean;
};

/** One asset: what it is, its values now, their history, its parts. */
export function AssetDetail({ assetId, isNamed = false }: AssetDetailProps) {
  const reply = useReply("GET /assets/:id", { params: { id: assetId } }, { every: 30_000 });
  const [edited, setEdited] = useState<PointReply | null>(null);
  const mayEngineer = useMay("engineer");
  if (!reply.data) return <Waiting />;
  const { asset, path } = reply.data;
  const points = inOrder(reply.data.points);
  return (
    <div className="asset">
      <AssetHead asset={asset} mayEngineer={mayEngineer} isNamed={isNamed} />
      {points.length > 0 && (
        <>
          <AssetTiles points={points} onEdit={mayEngineer ? setEdited : undefined} />
          <AssetTrend points={points} />
        </>
      )}
      {asset.children > 0 && <AssetParts asset={asset} path={path} />}
      {points.length === 0 && asset.children === 0 && (
        <Card title="Nothing here yet">
          <Empty title="No values and no parts">
            Adopt a device from the inbox into this asset, or add a part.
          </Empty>
        </Card>
      )}
      {edited && <EditPoint point={edited} onClose={() => setEdited(null)} />}
    </div>
  );
}

type AssetHeadProps = {
  readonly asset: AssetReply;
  readonly mayEngineer: boolean;
  readonly isNamed: boolean;
};

function AssetHead({ asset, mayEngineer, isNamed }: AssetHeadProps) {
  const [open, setOpen] = useState<"edit" | "add" | null>(null);
  const close = () => setOpen(null);
  return (
    <div className="asset-head">
      <div className="row wrap">
        {isNamed && <h2>{asset.name}</h2>}
        {asset.demo && <Chip>Demo</Chip>}
        {asset.deviceIds.map((id, at) => (
          <Link key={id} to="/devices/$deviceId" params={{ deviceId: id }} className="link">
            {asset.deviceIds.length === 1 ? "Open device" : `Device ${at + 1}`}
          </Link>
        ))}
        {asset.children > 0 && (
          <span className="dim num">{formatCount(asset.children, "part")}</span>
        )}
        {asset.description && <span className="dim">{asset.description}</span>}
      </div>
      {mayEngineer && (
        <div className="row">
          <Button icon={Plus} onClick={() => setOpen("add")}>
            Add part
          </Button>
          <Button icon={Pencil} onClick={() => setOpen("edit")}>
            Edit
          </Button>
        </div>
      )}
      {open === "edit" && <EditAsset asset={asset} onClose={close} />}
      {open === "add" && <AddPart parent={asset} onClose={close} />}
    </div>
  );
}
