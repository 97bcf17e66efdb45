import { useMemo } from "react";
import type { Reply } from "../../src/api/contract.ts";
import { metersOf } from "../meter.ts";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { fleetsOf, keyPoints, powerPoints } from "../pick.ts";
import { useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { Agents } from "./overview-agents.tsx";
import { Areas } from "./overview-areas.tsx";
import { Attention } from "./overview-attention.tsx";
import { DemoNote } from "./overview-demo.tsx";
import { FirstSteps } from "./overview-empty.tsx";
import { Figures } from "./overview-figures.tsx";
import { LoadProfile } from "./overview-load.tsx";
import { Meters } from "./overview-meters.tsx";
import { Power } from "./overview-power.tsx";
import { Rings } from "./overview-rings.tsx";
import "./overview.css";

const COUNTS_EVERY_MS = 5_000;
/** Values come live; this is for points and assets that come or go. */
const MODEL_EVERY_MS = 30_000;
/** Enough to pick from: the server gives no more at once. */
const POINTS_MAX = 1_000;

/** The first page: how the site is at a glance, made of whatever the model holds. */
export function OverviewPage() {
  const overview = useReply("GET /overview", {}, { every: COUNTS_EVERY_MS });
  const assets = useReply(
    "GET /assets",
    { query: { limit: POINTS_MAX } },
    { every: MODEL_EVERY_MS },
  );
  const points = useReply(
    "GET /points",
    { query: { limit: POINTS_MAX } },
    { every: MODEL_EVERY_MS },
  );
  const problem = overview.error ?? assets.error ?? points.error;
  return (
    <Page title="Overview" path={siteCrumb(overview.data, assets.data)}>
      <ProblemNote problem={problem} />
      {overview.data && assets.data && points.data ? (
        <Site overview={overview.data} assets={assets.data.items} points={points.data.items} />
      ) : (
        !problem && <Waiting />
      )}
    </Page>
  );
}

type SiteProps = {
  readonly overview: Reply<"GET /overview">;
  readonly assets: Reply<"GET /assets">["items"];
  readonly points: Reply<"GET /points">["items"];
};

function Site({ overview, assets, points }: SiteProps) {
  const mayEngineer = useMay("engineer");
  const mayAdminister = useMay("administer");
  const { power, fleets, meters, keys } = useMemo(() => picksOf(points), [points]);
  const [fleet] = fleets;
  if (overview.devices === 0 && points.length === 0) return <FirstSteps overview={overview} />;
  return (
    <>
      <Attention overview={overview} />
      <Figures overview={overview} points={keys} meters={power.length > 0 ? [] : meters} />
      {meters.length > power.length && <LoadProfile meters={meters} />}
      {power.length > 0 && meters.length <= power.length && <Power points={power} />}
      <Areas
        assets={assets}
        points={points}
        fleets={fleets}
        meters={meters}
        isWide={power.length + meters.length === 0}
      />
      {fleet && <Rings fleet={fleet} isWide={meters.length === 0} />}
      {meters.length > 0 && <Meters meters={meters} isWide={!fleet} />}
      {mayEngineer && <Agents />}
      {mayAdminister && overview.demo && <DemoNote />}
    </>
  );
}

/** Once for each answer of the server, not once a second. */
function picksOf(points: SiteProps["points"]) {
  return {
    power: powerPoints(points, 4),
    fleets: fleetsOf(points),
    meters: metersOf(points),
    keys: keyPoints(points, 4),
  };
}

function siteCrumb(
  overview: Reply<"GET /overview"> | undefined,
  assets: Reply<"GET /assets"> | undefined,
) {
  const root = assets?.items.find(({ parentId }) => parentId === null);
  if (!overview?.site || !root) return [];
  return [
    {
      name: overview.site,
      link: { to: "/plant/$assetId", params: { assetId: root.id } } as const,
    },
  ];
}
