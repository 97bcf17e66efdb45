import { findsDamage, healsWhileRunning, survivesFailingDisk } from "./disk-trouble.ts";

survivesFailingDisk({ faults: 160 });
healsWhileRunning({ faults: 60, profile: "server" });
healsWhileRunning({ faults: 60, profile: "gateway" });
findsDamage({ flips: 100 });
