import { testPagesIn } from "./pages.ts";

await testPagesIn("light");
