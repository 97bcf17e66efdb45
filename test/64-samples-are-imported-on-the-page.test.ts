import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { hallPoint } from "./hall.ts";
import { House, until } from "./house.ts";

const skip = !hasChromium;
const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
const point = await hallPoint(house);
const { assetId, path, aspect, variable } = (await house.call("GET", "/points")).items.find(
  ({ id }: { id: string }) => id === point,
);
const DAY = Date.UTC(2026, 2, 3);

function given(page: Page, name: string, text: string): Promise<void> {
  const buffer = Buffer.from(text);
  return page.getByLabel("File with samples").setInputFiles({ name, mimeType: "text/csv", buffer });
}

async function values(): Promise<readonly unknown[]> {
  const span = `from=${DAY}&to=${DAY + 86_400_000}`;
  return (await house.call("GET", `/points/${point}/history?${span}`)).value;
}

test("samples of a table are imported where a trend is, after seeing what that changes", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const button = (name: string | RegExp) => page.getByRole("button", { name });
  await visitor.visit(`/plant/${assetId}`);
  await button("Import samples …").click();
  // Another name, times without a zone, a line that cannot be read, and one of nobody.
  await given(
    page,
    "logger.csv",
    "Zeit;Raumfeuchte;Attic\n03.03.2026 10:00:00;41;1\n03.03.2026 10:01:00;42;2\nnoon;43;3\n",
  );
  await page.getByText("Line 4").first().waitFor();
  assert.deepEqual(await values(), [], "nothing is stored by looking");
  await page.getByLabel("What Raumfeuchte feeds").selectOption(point);
  await page.getByLabel("What Attic feeds").selectOption({ label: "Leave it out" });
  await page.getByLabel("Time zone of the file").fill("Europe/Zurich");
  assert.ok(
    await button(/^Import/)
      .last()
      .isDisabled(),
    "it is checked again first",
  );
  await button("Check again").click();
  await page.getByText("2 new").first().waitFor();
  assert.ok(await button("Import 2 samples").isDisabled(), "a line cannot be read");
  await page.getByLabel(/Leave out what cannot be read/).check();
  await button("Import 2 samples").click();
  await page.getByText("2 samples stored.").waitFor();
  assert.equal(await visitor.nonsense(), undefined);
  await page.getByRole("dialog").getByText("Close", { exact: true }).click();
  assert.deepEqual(await values(), [41, 42]);
  const [event] = (await house.call("GET", "/journal?kind=history.imported")).items;
  assert.equal(event.detail.file, "logger.csv");
  assert.deepEqual([event.detail.new, event.detail.points], [2, 1]);
  await button("Import samples …").click();
  const list = page.getByRole("region", { name: "Imports so far" });
  await list.getByText(/^2 samples stored, \d refused$/).waitFor();
  assert.match(await list.innerText(), /logger\.csv by owner/);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("a download of every sample is known as it is, and the same file again changes nothing", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const button = (name: string | RegExp) => page.getByRole("button", { name });
  const rows = Array.from({ length: 20_000 }, (_, row) => {
    const at = new Date(DAY + 40_000_000 + row * 100).toISOString();
    return `${at},${path},${aspect}.${variable.name},${row % 100},%,good,`;
  });
  const csv = ["at,place,variable,value,unit,quality,statusWord", ...rows, ""].join("\r\n");
  await visitor.visit(`/plant/${assetId}`);
  for (const round of ["new", "the same"]) {
    await button("Import samples …").click();
    await given(page, "fieldline.csv", csv);
    await page
      .getByText(new RegExp(`20.000 ${round}`))
      .first()
      .waitFor();
    if (round === "new") {
      await button(/^Import 20.000 samples/).click();
      await page.getByText(/20.000 samples stored\./).waitFor();
      await page.getByRole("dialog").getByText("Close", { exact: true }).click();
    }
  }
  assert.ok(await button(/^Import$/).isDisabled(), "there is nothing to store");
  await page.getByRole("dialog").getByText("Cancel", { exact: true }).click();
  const all = await until("they are there", async () => (await values()).length === 20_002);
  assert.ok(all);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("a file that is no table is refused in words, and another can be chosen", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/plant/${assetId}`);
  await page.getByRole("button", { name: "Import samples …" }).click();
  await given(page, "notes.txt", "nothing,here\nbut,words\n");
  await page.getByText("no column has times").waitFor();
  await given(page, "again.csv", `at,${variable.name}\n2026-03-04T00:00:00Z,50\n`);
  await page.getByText("1 new").first().waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});
