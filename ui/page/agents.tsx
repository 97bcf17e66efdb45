import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function AgentsPage() {
  return (
    <Page title="Agents">
      <Empty title="Agents" />
    </Page>
  );
}
