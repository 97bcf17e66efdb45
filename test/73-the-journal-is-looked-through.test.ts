import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House, until } from "./house.ts";

const skip = !hasChromium;
const house = await (await House.open([])).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

/** The day of a place, as a date field has it. */
function day(later: number): string {
  const date = new Date();
  date.setDate(date.getDate() + later);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

test("the journal is looked through by person and by day, and the address says so", {
  skip,
}, async () => {
  const token = await house.call("POST", "/tokens", { name: "scada", role: "viewer" });
  await house.call("DELETE", `/tokens/${token.item.id}`);
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit("/journal");
  const events = page.locator(".fold");
  const whos = async () => new Set(await page.locator(".journal-who").allInnerTexts());
  await until("several have done something", async () => (await whos()).size > 1);
  await page
    .getByLabel("Who", { exact: true })
    .selectOption({ label: "Fieldline (the server itself)" });
  await until("only the server", async () => [...(await whos())].join() === "Fieldline");
  assert.equal(new URL(page.url()).searchParams.get("actor"), "house");
  await page.reload();
  await until("it is still so", async () => [...(await whos())].join() === "Fieldline");

  await page.getByLabel("Who", { exact: true }).selectOption({ label: "Anybody" });
  await events.filter({ hasText: "Revoked a token" }).first().locator("summary").click();
  await page.getByRole("button", { name: "Only by this one" }).click();
  await until("only whoever did that", async () => {
    const names = await whos();
    return names.size === 1 && !names.has("Fieldline");
  });

  await page.getByLabel("From", { exact: true }).fill(day(0));
  await until("today is in it", async () => (await events.count()) > 1);
  await page.getByLabel("From", { exact: true }).fill("");
  await page.getByLabel("To", { exact: true }).fill(day(-2));
  await page.getByText("Nothing that you look for has happened").waitFor();
  await page.getByLabel("From", { exact: true }).fill(day(-1));
  await page.getByText("Before its first day").waitFor();
  await page.getByRole("button", { name: "Show everything" }).click();
  await until("all of it again", async () => (await whos()).size > 1);
  assert.equal(new URL(page.url()).search, "");
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});
