import { after } from "node:test";
import { startCluster } from "./postgres/cluster.ts";
import { testTwins } from "./twins.ts";

const cluster = await startCluster();
after(() => cluster?.close());

testTwins(cluster, 3);
