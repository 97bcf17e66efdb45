import { PHONE, testPagesIn } from "./pages.ts";

await testPagesIn(PHONE);
