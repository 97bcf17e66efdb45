import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function DevicePage() {
  return (
    <Page title="Device">
      <Empty title="Device" />
    </Page>
  );
}
