import { Empty } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";

export function SignInPage() {
  return (
    <Page title="Sign in">
      <Empty title="Sign in" />
    </Page>
  );
}
