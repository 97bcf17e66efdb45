import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function SetUpPage() {
  return (
    <Page title="Set up">
      <Empty title="Set up" />
    </Page>
  );
}
