import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function PlantPage() {
  return (
    <Page title="Plant">
      <Empty title="Plant" />
    </Page>
  );
}
