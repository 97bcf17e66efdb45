import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import type { House } from "./house.ts";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** What a program says where it has nothing to say. */
const GIBBERISH = /\bNaN\b|\bundefined\b|\bnull\b|\[object/;

/** Debian's own browser, as a person may have it. */
export const hasChromium = existsSync(CHROMIUM);

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export type Looks = {
  readonly theme?: "dark" | "light";
  readonly width?: number;
  readonly height?: number;
};

/** Somebody in front of a screen, who counts what must be done and notes what is wrong. */
export class Visitor {
  readonly page: Page;
  /** Errors on the console, policy violations, failed requests, requests to elsewhere. */
  readonly troubles: string[] = [];
  /** Clicks, and fields that were filled in. */
  actions = 0;

  /** Comes with the session of whoever signed in to the house, or as a stranger. */
  static async open(browser: Browser, house: House, looks: Looks = {}): Promise<Visitor> {
    const { theme = "dark", width = 1440, height = 900 } = looks;
    const viewport = { width, height };
    const context = await browser.newContext({ colorScheme: theme, viewport });
    const [name, value] = house.cookie.split("=");
    if (name && value) await context.addCookies([{ name, value, url: house.url }]);
    const visitor = new Visitor(await context.newPage());
    visitor.#watch(house.url);
    return visitor;
  }

  private constructor(page: Page) {
    this.page = page;
  }

  async click(locator: Locator): Promise<void> {
    this.actions += 1;
    await locator.click();
  }

  async fill(locator: Locator, text: string): Promise<void> {
    this.actions += 1;
    await locator.fill(text);
  }

  /** All that can be read on the page. */
  async text(): Promise<string> {
    return (await this.page.locator("body").innerText()).replace(/\s+/g, " ");
  }

  /** Asserts that the page says nothing a person could not understand. */
  async expectSense(): Promise<void> {
    const text = await this.text();
    const found = GIBBERISH.exec(text);
    assert.equal(found, null, `"${text.slice(Math.max(0, (found?.index ?? 0) - 60))}"`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  #watch(url: string): void {
    const { page, troubles } = this;
    page.on("pageerror", (error) => troubles.push(`page error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const isOurs = request.url().startsWith(`${url}/`);
      if (!isOurs && !request.url().startsWith("data:")) troubles.push(`asked ${request.url()}`);
    });
  }
}
