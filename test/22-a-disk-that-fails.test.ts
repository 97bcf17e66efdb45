import { findsDamage, healsWhileRunning, survivesFailingDisk } from "./disk-trouble.ts";

survivesFailingDisk({ faults: 8 });
healsWhileRunning({ faults: 6 });
findsDamage({ flips: 4 });
