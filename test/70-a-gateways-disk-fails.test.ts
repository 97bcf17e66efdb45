import { healsWhileRunning } from "./disk-trouble.ts";

// Its engine is in the main thread: there no end of a thread closes what SQLite has open.
healsWhileRunning({ faults: 6, profile: "gateway" });
