import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Store } from "./store.ts";

/** A claim of the contract, and how it is checked. */
export type That = (claim: string, check: Check) => void;

type Reopen = () => Promise<Store>;
type Check = (store: Store, reopen: Reopen) => Promise<void>;

/** A store in a folder of its own, which goes when the claim is checked. */
export async function inFolder(
  context: TestContext,
  open: (folder: string) => Promise<Store>,
  check: Check,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-store-"));
  let store = await open(folder);
  context.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  await check(store, async () => {
    await store.close();
    store = await open(folder);
    return store;
  });
}

export function ids(found: readonly { readonly id: string }[]): readonly string[] {
  return found.map(({ id }) => id);
}
