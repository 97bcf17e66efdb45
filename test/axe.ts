import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** Axe's rules: all of them, or those that another theme of the same page can break. */
type Rules = { readonly rules: "all" | "colour"; readonly place?: string };

/** Those of the category `cat.color` that axe has on by itself. */
const OF_COLOUR = ["color-contrast", "link-in-text-block"];

type Violations = Awaited<ReturnType<AxeBuilder["analyze"]>>["violations"];

/**
 * What axe has against a page, or against a place on it. Pages here have no frames, so its legacy
 * mode finds the same and opens no page of its own; what passes is not told.
 */
export async function violationsOn(page: Page, { rules, place }: Rules): Promise<Violations> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).setLegacyMode();
  if (place) axe.include(place);
  if (rules === "colour") axe.withRules(OF_COLOUR);
  return (await axe.analyze()).violations;
}
