import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House } from "./house.ts";
import { hasOpenssl, Openssl, pem } from "./openssl.ts";

const skip = !hasChromium || !hasOpenssl;

const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

test("a tenant's authority is uploaded, verified with the commands that are shown, and removed", {
  skip,
}, async () => {
  const acme = new Openssl().authority("Acme CA");
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit("/agents");
  await page.getByText("Only the built-in authority signs for agents").waitFor();

  await page.getByRole("button", { name: "Upload" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Tenant" }).fill("acme");
  const upload = dialog.getByRole("button", { name: "Upload" });
  assert.ok(await upload.isDisabled());
  await dialog.getByRole("textbox", { name: "Certificate" }).fill(pem(acme));
  await upload.click();

  await dialog.getByRole("heading", { name: "Verify Acme CA" }).waitFor();
  const commands = await dialog.locator("pre").innerText();
  await dialog.getByRole("textbox", { name: "verify.pem" }).fill(pem(acme));
  await dialog.getByRole("button", { name: "Verify" }).click();
  await dialog.getByText("common name must be the registration code").waitFor();
  const proof = doneAsShown(commands, acme);
  await dialog.getByRole("textbox", { name: "verify.pem" }).fill(proof);
  await dialog.getByRole("button", { name: "Verify" }).click();

  const row = page.getByRole("table", { name: "Certificate authorities" }).getByRole("row", {
    name: /acme/,
  });
  await row.getByText("Verified", { exact: true }).waitFor();
  const { items } = await house.call("GET", "/authorities");
  assert.deepEqual([items.length, items[0].tenant, items[0].state], [1, "acme", "verified"]);

  await row.getByRole("button", { name: "Remove" }).click();
  const remove = dialog.getByRole("button", { name: "Remove" });
  assert.ok(await remove.isDisabled());
  await dialog.getByRole("textbox").fill("acme");
  await remove.click();
  await page.getByText("Only the built-in authority signs for agents").waitFor();
  assert.deepEqual((await house.call("GET", "/authorities")).items, []);
  assert.deepEqual(visitor.troubles.filter(isUnexpected), []);
  await visitor.close();
});

/** What a tenant's administrator does, in a folder with the authority and its key. */
function doneAsShown(commands: string, { certificate, key }: { certificate: string; key: string }) {
  const cwd = mkdtempSync(join(tmpdir(), "fieldline-verify-"));
  try {
    copyFileSync(certificate, join(cwd, "ca.pem"));
    copyFileSync(key, join(cwd, "ca.key"));
    execFileSync("sh", ["-e"], { cwd, input: commands, stdio: ["pipe", "ignore", "ignore"] });
    return readFileSync(join(cwd, "verify.pem"), "utf8");
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** The browser itself notes the answer to the wrong certificate. */
function isUnexpected(trouble: string): boolean {
  return !/status of 422/.test(trouble);
}
