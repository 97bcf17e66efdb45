import { findsDamage, survivesFailingDisk } from "./disk-trouble.ts";

survivesFailingDisk({ faults: 160 });
findsDamage({ flips: 100 });
