import { findsDamage, survivesFailingDisk } from "./disk-trouble.ts";

survivesFailingDisk({ faults: 8 });
findsDamage({ flips: 4 });
