import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { call, ProblemError } from "./api.ts";
import { Frame } from "./frame.tsx";
import { journalSearch } from "./journal-search.ts";
import { Broken, Missing } from "./page/broken.tsx";
import { sessionQuery } from "./session.ts";
import type { ViewSearch } from "./trend-view.ts";

type Context = { readonly client: QueryClient };

/** Every address of the screens. A page is loaded when somebody goes there. */
const root = createRootRouteWithContext<Context>()({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { back?: string } =>
    typeof search["back"] === "string" ? { back: search["back"] } : {},
  component: lazyRouteComponent(() => import("./page/sign-in.tsx"), "SignInPage"),
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("./page/setup.tsx"), "SetUpPage"),
});

/** All that needs a signed-in person. */
const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== "sign_in_needed") throw error;
      if ((await call("GET /setup")).open) throw redirect({ to: "/setup" });
      throw redirect({ to: "/sign-in", search: { back: location.href } });
    }
  },
  component: Frame,
});

const overview = createRoute({
  getParentRoute: () => frame,
  path: "/",
  component: lazyRouteComponent(() => import("./page/overview.tsx"), "OverviewPage"),
});

const plant = createRoute({
  getParentRoute: () => frame,
  path: "/plant",
  validateSearch: trendSearch,
  component: lazyRouteComponent(() => import("./page/plant.tsx"), "PlantPage"),
});

const asset = createRoute({
  getParentRoute: () => frame,
  path: "/plant/$assetId",
  validateSearch: trendSearch,
  component: lazyRouteComponent(() => import("./page/asset.tsx"), "AssetPage"),
});

const devices = createRoute({
  getParentRoute: () => frame,
  path: "/devices",
  component: lazyRouteComponent(() => import("./page/devices.tsx"), "DevicesPage"),
});

const device = createRoute({
  getParentRoute: () => frame,
  path: "/devices/$deviceId",
  validateSearch: deviceSearch,
  component: lazyRouteComponent(() => import("./page/device.tsx"), "DevicePage"),
});

const networks = createRoute({
  getParentRoute: () => frame,
  path: "/networks",
  component: lazyRouteComponent(() => import("./page/networks.tsx"), "NetworksPage"),
});

const network = createRoute({
  getParentRoute: () => frame,
  path: "/networks/$driver/$network",
  validateSearch: ({ tab }: Record<string, unknown>): { tab?: string } =>
    typeof tab === "string" ? { tab } : {},
  component: lazyRouteComponent(() => import("./page/network.tsx"), "NetworkPage"),
});

const inbox = createRoute({
  getParentRoute: () => frame,
  path: "/inbox",
  component: lazyRouteComponent(() => import("./page/inbox.tsx"), "InboxPage"),
});

const agents = createRoute({
  getParentRoute: () => frame,
  path: "/agents",
  component: lazyRouteComponent(() => import("./page/agents.tsx"), "AgentsPage"),
});

const agentNew = createRoute({
  getParentRoute: () => frame,
  path: "/agents/new",
  component: lazyRouteComponent(() => import("./page/agent-new.tsx"), "AgentNewPage"),
});

const agent = createRoute({
  getParentRoute: () => frame,
  path: "/agents/$agentId",
  component: lazyRouteComponent(() => import("./page/agent.tsx"), "AgentPage"),
});

const broker = createRoute({
  getParentRoute: () => frame,
  path: "/broker",
  validateSearch: brokerSearch,
  component: lazyRouteComponent(() => import("./page/broker.tsx"), "BrokerPage"),
});

const layouts = createRoute({
  getParentRoute: () => frame,
  path: "/layouts",
  component: lazyRouteComponent(() => import("./page/layouts.tsx"), "LayoutsPage"),
});

const layoutNew = createRoute({
  getParentRoute: () => frame,
  path: "/layouts/new",
  validateSearch: (search): { topic?: string; hex?: string } => ({
    ...(typeof search["topic"] === "string" && { topic: search["topic"] }),
    ...(typeof search["hex"] === "string" && { hex: search["hex"] }),
  }),
  component: lazyRouteComponent(() => import("./page/layout.tsx"), "LayoutNewPage"),
});

const layout = createRoute({
  getParentRoute: () => frame,
  path: "/layouts/$layoutId",
  component: lazyRouteComponent(() => import("./page/layout.tsx"), "LayoutPage"),
});

const rejected = createRoute({
  getParentRoute: () => frame,
  path: "/rejected",
  component: lazyRouteComponent(() => import("./page/rejected.tsx"), "RejectedPage"),
});

const journal = createRoute({
  getParentRoute: () => frame,
  path: "/journal",
  validateSearch: journalSearch,
  component: lazyRouteComponent(() => import("./page/journal.tsx"), "JournalPage"),
});

const people = createRoute({
  getParentRoute: () => frame,
  path: "/people",
  component: lazyRouteComponent(() => import("./page/people.tsx"), "PeoplePage"),
});

const server = createRoute({
  getParentRoute: () => frame,
  path: "/server",
  component: lazyRouteComponent(() => import("./page/server.tsx"), "ServerPage"),
});

const routeTree = root.addChildren([
  signIn,
  setUp,
  frame.addChildren([
    overview,
    plant,
    asset,
    devices,
    device,
    networks,
    network,
    inbox,
    agents,
    agentNew,
    agent,
    broker,
    layouts,
    layoutNew,
    layout,
    rejected,
    journal,
    people,
    server,
  ]),
]);

export function newRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: Missing,
  });
}

type TrendSearch = ViewSearch & { readonly pens?: string };

/** What a trend shows stands in the address: it can be shared and survives a reload. */
function trendSearch(search: Record<string, unknown>): TrendSearch {
  const { range, from, to, pens } = search;
  return {
    ...(typeof range === "string" ? { range } : {}),
    ...(typeof from === "number" && typeof to === "number" ? { from, to } : {}),
    ...(typeof pens === "string" ? { pens } : {}),
  };
}

type DeviceSearch = TrendSearch & { tab?: string | undefined };

function deviceSearch(search: Record<string, unknown>): DeviceSearch {
  const { tab } = search;
  return { ...trendSearch(search), ...(typeof tab === "string" ? { tab } : {}) };
}

type BrokerSearch = {
  readonly tab?: string;
  readonly search?: string;
  readonly session?: string;
};

/** Which list is open, what is looked for in it, and whose subscriptions. */
function brokerSearch({ tab, search, session }: Record<string, unknown>): BrokerSearch {
  return {
    ...(typeof tab === "string" && { tab }),
    ...(typeof search === "string" && { search }),
    ...(typeof session === "string" && { session }),
  };
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
