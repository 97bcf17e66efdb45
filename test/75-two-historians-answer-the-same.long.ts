import { after } from "node:test";
import { startCluster } from "../src/historian/postgres/cluster.ts";
import { testTwins } from "../src/historian/twins.ts";

const cluster = await startCluster();
after(() => cluster?.close());

testTwins(cluster, 300);
