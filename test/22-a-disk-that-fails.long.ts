import { findsDamage, healsWhileRunning, survivesFailingDisk } from "./disk-trouble.ts";

survivesFailingDisk({ faults: 160 });
healsWhileRunning({ faults: 60 });
findsDamage({ flips: 100 });
