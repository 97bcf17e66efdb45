import { getRouteApi } from "@tanstack/react-router";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { useReply } from "../query.ts";
import { AssetDetail } from "./asset-detail.tsx";
import { PlantColumns } from "./plant.tsx";

const route = getRouteApi("/frame/plant/$assetId");

export function AssetPage() {
  const { assetId } = route.useParams();
  const reply = useReply("GET /assets/:id", { params: { id: assetId } });
  const path = (reply.data?.path ?? []).filter(({ id }) => id !== assetId);
  return (
    <Page
      title={reply.data?.asset.name ?? "Asset"}
      path={path.map(({ id, name }) => ({
        name,
        link: { to: "/plant/$assetId", params: { assetId: id } } as const,
      }))}
    >
      <PlantColumns assetId={assetId}>
        <div>
          <ProblemNote problem={reply.error} />
          {reply.isLoading && <Waiting />}
          {reply.data && <AssetDetail key={assetId} assetId={assetId} />}
        </div>
      </PlantColumns>
    </Page>
  );
}
