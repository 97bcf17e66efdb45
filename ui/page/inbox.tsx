import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function InboxPage() {
  return (
    <Page title="Inbox">
      <Empty title="Inbox" />
    </Page>
  );
}
