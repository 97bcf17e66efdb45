import { Upload } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button, LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { AssetDetail } from "./asset-detail.tsx";
import { AssetTree } from "./asset-tree.tsx";
import { ImportSamples } from "./import-samples.tsx";
import "./plant.css";

/** The tree; where there is room also the site that it hangs on. */
export function PlantPage() {
  const assets = useReply("GET /assets", { query: { parentId: "", limit: 1 } });
  const site = assets.data?.items[0];
  if (!assets.data || !site) {
    return (
      <Page title="Plant">
        <ProblemNote problem={assets.error} />
        {assets.data ? <NoAssets /> : !assets.error && <Waiting />}
      </Page>
    );
  }
  return (
    <Page title="Plant" actions={<ImportButton />}>
      <PlantColumns assetId={undefined}>
        <div className="plant-wide">
          <AssetDetail assetId={site.id} isNamed />
        </div>
      </PlantColumns>
    </Page>
  );
}

/** For a file of many variables; of one, it is above its trend. */
function ImportButton() {
  const [isOpen, setOpen] = useState(false);
  const mayImport = useMay("engineer");
  if (!mayImport) return null;
  return (
    <>
      <Button icon={Upload} onClick={() => setOpen(true)}>
        Import samples …
      </Button>
      {isOpen && <ImportSamples points={[]} onClose={() => setOpen(false)} />}
    </>
  );
}

type PlantColumnsProps = { readonly assetId: string | undefined; readonly children: ReactNode };

/** The tree at the left; on a phone it is a page of its own. */
export function PlantColumns({ assetId, children }: PlantColumnsProps) {
  return (
    <div className="plant">
      <aside className={assetId === undefined ? "plant-tree" : "plant-tree plant-wide"}>
        <AssetTree assetId={assetId} />
      </aside>
      {children}
    </div>
  );
}

function NoAssets() {
  const mayConnect = useMay("engineer");
  return (
    <Card title="No assets yet">
      <Empty
        title="The plant grows with its devices"
        action={
          mayConnect && (
            <LinkButton to="/agents/new" kind="primary">
              Connect a device
            </LinkButton>
          )
        }
      >
        A device that speaks waits in the inbox. Adopt it there and it becomes an asset with values.
      </Empty>
    </Card>
  );
}
