/** One browser, whichever it is: it opens pages and says what they answer. */
import puppeteer, { type Browser, type LaunchOptions } from "puppeteer-core";

export interface Engine {
  readonly version: string;
  /** Opens a page and returns what the expression on it (or the promise of it) becomes; a file keeps a picture. */
  visit<T>(url: string, expression: string, picture?: string): Promise<T>;
  close(): Promise<void>;
}

/** How long a page may take, in ms. */
export const PATIENCE = 5 * 60_000;

export const launch = (options: LaunchOptions): Promise<Browser> =>
  puppeteer.launch({ protocolTimeout: PATIENCE, ...options });

/** A browser that Puppeteer drives. */
export async function driven(starting: Promise<Browser>): Promise<Engine> {
  const browser = await starting;
  return {
    version: await browser.version(),
    async visit<T>(url: string, expression: string, picture?: `${string}.png`) {
      const page = await browser.newPage();
      await page.setViewport({ width: 900, height: 600 });
      page.on("pageerror", (error) => console.error(error));
      await page.goto(url);
      const answer = (await page.evaluate(expression)) as T;
      if (picture) await page.screenshot({ path: picture });
      await page.close();
      return answer;
    },
    close: () => browser.close(),
  };
}
