import { testPagesIn, WIDE } from "./pages.ts";

await testPagesIn(WIDE);
