import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function OverviewPage() {
  return (
    <Page title="Overview">
      <Empty title="Overview" />
    </Page>
  );
}
