import { after, test } from "node:test";
import { beforePostgres } from "../before-postgres.ts";
import { testHistorian } from "../conformance.ts";
import { startCluster } from "../postgres/cluster.ts";

const NAME = "embedded before PostgreSQL, all of it near";
const cluster = await startCluster();
const { openBuffered } = beforePostgres(cluster);
after(() => cluster?.close());

if (cluster) testHistorian({ name: NAME, open: (folder) => openBuffered(folder) });
else test(NAME, { skip: "there is no PostgreSQL on this machine" }, () => {});
