import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function PeoplePage() {
  return (
    <Page title="People">
      <Empty title="People" />
    </Page>
  );
}
