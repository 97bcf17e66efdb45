import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function JournalPage() {
  return (
    <Page title="Journal">
      <Empty title="Journal" />
    </Page>
  );
}
