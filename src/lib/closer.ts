export type Close = () => void | Promise<void>;

/** What was opened is closed in reverse order, each even if one before it fails. */
export class Closer {
  #closes: { name: string; close: Close }[] = [];

  add(name: string, close: Close): void {
    this.#closes.push({ name, close });
  }

  /** Names what could not be closed. */
  async closeAll(): Promise<readonly { name: string; reason: unknown }[]> {
    const failed: { name: string; reason: unknown }[] = [];
    for (const { name, close } of this.#closes.splice(0).reverse()) {
      try {
        await close();
      } catch (reason) {
        failed.push({ name, reason });
      }
    }
    return failed;
  }
}
