import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { type House, until } from "./house.ts";

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
/** What does not happen by then does not happen. */
const PATIENCE_MS = 15_000;
/** No wider than this, and held in a hand. */
const PHONE_PX = 640;
/** What a finger hits, in both directions. */
const TOUCH_PX = 44;
const SMALL_TARGETS = `(() => {
  const controls =
    "button, select, textarea, summary, [role=tab], a.button, a.rail-link, label:has(input), " +
    "input:not([type=range], [type=checkbox], [type=radio])";
  return [...document.querySelectorAll(controls)]
    .filter((control) => control.checkVisibility() && !control.matches(".link, .skip"))
    .map((control) => ({ control, box: control.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 1 && Math.min(box.width, box.height) < ${TOUCH_PX} - 0.5)
    .map(({ control, box: { width, height } }) => {
      const name = control.getAttribute("aria-label") ?? control.textContent.slice(0, 30);
      return \`\${Math.round(width)} x \${Math.round(height)}: \${control.className} \${name}\`;
    });
})()`;
/** A control in a row that is narrower than its words, so that they lie over the next one's. */
const NARROW_BUTTONS = `(() => {
  const words = document.createRange();
  return [...document.querySelectorAll(".choice button, .button, .tab")]
    .filter((button) => {
      words.selectNodeContents(button);
      const { width } = words.getBoundingClientRect();
      return button.checkVisibility() && width > button.getBoundingClientRect().width + 1;
    })
    .map((button) => "narrower than its words: " + button.textContent.slice(0, 30));
})()`;
/** What changes its colour by and by has its last one. */
const TRANSITIONS_ENDED = `Promise.allSettled(
  document.getAnimations()
    .filter((animation) => animation instanceof CSSTransition)
    .map((transition) => transition.finished),
).then(() => {})`;
/** What a program says where it has nothing to say. */
const GIBBERISH = /\bNaN\b|\bundefined\b|\bnull\b|\[object/;

/** Debian's own browser, as a person may have it. */
export const hasChromium = existsSync(CHROMIUM);

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** For files whose tests are skipped where there is none. */
export async function openBrowserIfAny(): Promise<Browser | undefined> {
  return hasChromium ? openBrowser() : undefined;
}

export type Theme = "dark" | "light";

export type Looks = {
  readonly theme?: Theme;
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
  readonly #url: string;

  /** Comes with the session of whoever signed in to the house, or as a stranger. */
  static async open(
    browser: Browser | undefined,
    house: House,
    looks: Looks = {},
  ): Promise<Visitor> {
    assert.ok(browser, "a test that needs a browser is skipped without one");
    const { theme = "dark", width = 1440, height = 900 } = looks;
    const viewport = { width, height };
    const context = await browser.newContext({ colorScheme: theme, viewport });
    const [name, value] = house.cookie.split("=");
    if (name && value) await context.addCookies([{ name, value, url: house.url }]);
    return new Visitor(await context.newPage(), house.url);
  }

  private constructor(page: Page, url: string) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    this.#url = url;
    this.#watch();
  }

  /** Goes to a page and waits until all of it is there. */
  async visit(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.#url).href);
    // A page that sends on to another one is neither waiting nor there for a moment.
    await until(`${path} is complete`, async () => {
      const busy = await this.page.locator("[aria-busy]:not([aria-busy=false])").count();
      return busy === 0 && (await this.page.locator("h1").count()) > 0;
    });
  }

  /** The system's theme is another one from now on: the page follows it without being loaded anew. */
  async showIn(theme: Theme): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme });
    await this.page.evaluate(TRANSITIONS_ENDED);
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

  /** What the page says that no person could understand; undefined where all makes sense. */
  async nonsense(): Promise<string | undefined> {
    const text = await this.text();
    const at = GIBBERISH.exec(text)?.index;
    return at === undefined ? undefined : `"… ${text.slice(Math.max(0, at - 60), at + 30)} …"`;
  }

  /** On a phone, what a finger would miss; links within a text are as high as the text. */
  async smallTargets(): Promise<string[]> {
    if ((this.page.viewportSize()?.width ?? 0) > PHONE_PX) return [];
    return this.page.evaluate(SMALL_TARGETS);
  }

  /** Of any width. */
  narrowButtons(): Promise<string[]> {
    return this.page.evaluate(NARROW_BUTTONS);
  }

  /** Whether the page, other than what scrolls in it, has to be moved to the side. */
  isTooWide(): Promise<boolean> {
    return this.page.evaluate(
      "document.documentElement.scrollWidth > document.documentElement.clientWidth",
    );
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  #watch(): void {
    const { page, troubles } = this;
    page.on("pageerror", (error) => troubles.push(`page error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const isOurs = request.url().startsWith(`${this.#url}/`);
      if (!isOurs && !request.url().startsWith("data:")) troubles.push(`asked ${request.url()}`);
    });
  }
}
