import { findsDamage } from "./disk-trouble.ts";

findsDamage({ flips: 4 });
