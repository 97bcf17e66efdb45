import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ToastPlace } from "./part/toast.tsx";
import { newQueryClient } from "./query.ts";
import { newRouter } from "./router.tsx";

const client = newQueryClient(onSignedOut);
const router = newRouter(client);

export function App() {
  return (
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <ToastPlace />
    </QueryClientProvider>
  );
}

/** The session is over: sign in, and come back to where it ended. */
function onSignedOut(): void {
  const { pathname, href } = router.state.location;
  if (pathname === "/sign-in" || pathname === "/setup") return;
  client.clear();
  void router.navigate({ to: "/sign-in", search: { back: href } });
}
