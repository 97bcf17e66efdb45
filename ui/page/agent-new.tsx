import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function AgentNewPage() {
  return (
    <Page title="New agent">
      <Empty title="New agent" />
    </Page>
  );
}
