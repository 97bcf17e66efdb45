import { survivesFailingDisk } from "./disk-trouble.ts";

survivesFailingDisk({ faults: 8 });
