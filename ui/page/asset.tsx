import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function AssetPage() {
  return (
    <Page title="Asset">
      <Empty title="Asset" />
    </Page>
  );
}
