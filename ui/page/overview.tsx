import { useMemo } from "react";
import type { AssetReply, PointReply, Reply } from "../../src/api/contract.ts";
import { LIMIT } from "../../src/domain/limit.ts";
import { formatCount, formatNumber } from "../format.ts";
import { metersOf } from "../meter.ts";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { fleetsOf, keyPoints, powerPoints } from "../pick.ts";
import { useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { usePages } from "../use-pages.ts";
import { Agents } from "./overview-agents.tsx";
import { Areas } from "./overview-areas.tsx";
import { Attention } from "./overview-attention.tsx";
import { DemoNote } from "./overview-demo.tsx";
import { FirstSteps } from "./overview-empty.tsx";
import { Figures } from "./overview-figures.tsx";
import { HouseTrouble } from "./overview-house.tsx";
import { LoadProfile } from "./overview-load.tsx";
import { Meters } from "./overview-meters.tsx";
import { Power } from "./overview-power.tsx";
import { Rings } from "./overview-rings.tsx";
import "./overview.css";

const COUNTS_EVERY_MS = 5_000;
/** Values come live; this is for points and assets that come or go. */
const MODEL_EVERY_MS = 30_000;
/** What the page picks from, and as much as one live subscription may watch. */
const POINTS_MAX = LIMIT.pointsPerSubscription;
const AREAS_MAX = 50;

/** The first page: how the site is at a glance, made of whatever the model holds. */
export function OverviewPage() {
  const overview = useReply("GET /overview", {}, { every: COUNTS_EVERY_MS });
  const { roots, areas, problem: areasProblem } = useAreas();
  const points = usePages(
    "GET /points",
    {},
    { limit: LIMIT.rowsPerPage, upTo: POINTS_MAX, every: MODEL_EVERY_MS },
  );
  const isRead = points.rows && (!points.more || points.rows.length >= POINTS_MAX);
  const problem = overview.error ?? areasProblem ?? points.problem;
  return (
    <Page title="Overview" path={siteCrumb(overview.data, roots)}>
      <HouseTrouble />
      <ProblemNote problem={problem} />
      {overview.data && areas && points.rows && isRead ? (
        <Site overview={overview.data} areas={areas} points={points.rows} />
      ) : (
        !problem && <Waiting />
      )}
    </Page>
  );
}

/** The parts of the site; of several sites, these. */
function useAreas() {
  const choice = { every: MODEL_EVERY_MS };
  const top = useReply("GET /assets", { query: { parentId: "", limit: AREAS_MAX } }, choice);
  const roots = top.data?.items;
  const site = roots?.length === 1 ? roots[0] : undefined;
  const parts = useReply(
    "GET /assets",
    { query: { parentId: site?.id ?? "", limit: AREAS_MAX } },
    { ...choice, when: site !== undefined },
  );
  const areas = site ? parts.data?.items : roots;
  return { roots, areas, problem: top.error ?? parts.error };
}

type SiteProps = {
  readonly overview: Reply<"GET /overview">;
  readonly areas: readonly AssetReply[];
  readonly points: readonly PointReply[];
};

function Site({ overview, areas, points }: SiteProps) {
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
        areas={areas}
        assetCount={overview.assets}
        points={points}
        fleets={fleets}
        meters={meters}
        isWide={power.length + meters.length === 0}
      />
      {fleet && <Rings fleet={fleet} isWide={meters.length === 0} />}
      {meters.length > 0 && <Meters meters={meters} isWide={!fleet} />}
      {mayEngineer && <Agents />}
      {points.length < overview.points && (
        <p className="hint overview-part num">
          Figures and places are picked from the first {formatNumber(points.length, 0)} of{" "}
          {formatCount(overview.points, "value")}.
        </p>
      )}
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
  roots: readonly AssetReply[] | undefined,
) {
  const [root] = roots ?? [];
  if (!overview?.site || !root) return [];
  return [
    {
      name: overview.site,
      link: { to: "/plant/$assetId", params: { assetId: root.id } } as const,
    },
  ];
}
