import { healsWhileRunning } from "./disk-trouble.ts";

healsWhileRunning({ faults: 6, profile: "server" });
