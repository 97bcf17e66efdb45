import { healsWhileRunning } from "./disk-trouble.ts";

// SQLite's log; the database itself, which a server seldom writes, is the long form's.
healsWhileRunning({ faults: 3, profile: "server" });
