import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function AgentPage() {
  return (
    <Page title="Agent">
      <Empty title="Agent" />
    </Page>
  );
}
