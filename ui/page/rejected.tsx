import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function RejectedPage() {
  return (
    <Page title="Rejected">
      <Empty title="Rejected" />
    </Page>
  );
}
