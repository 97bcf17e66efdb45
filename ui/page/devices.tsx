import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function DevicesPage() {
  return (
    <Page title="Devices">
      <Empty title="Devices" />
    </Page>
  );
}
