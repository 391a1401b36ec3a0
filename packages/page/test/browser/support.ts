import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { bearer, makeGatewayClient } from '../../../client/src/index.ts';
import type { GatewayClient } from '../../../client/src/index.ts';
import { startLocalGateway } from '../../../local-gateway/src/index.ts';
import type { LocalGateway, LocalGatewayOptions } from '../../../local-gateway/src/api.ts';
import { connectToBrowser } from './browser.ts';

export { missingBrowser } from './browser.ts';

/** Where the tests leave screenshots: `SCREENSHOTS`, or a folder of temporary files. */
const screenshots = process.env.SCREENSHOTS ?? join(tmpdir(), 'pod-identity-page');

/** The page in a browser, on a gateway of its own. */
export interface OpenPage {
  readonly gateway: LocalGateway;
  readonly browser: Browser;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** A new context, with storage of its own, which `close` closes. */
  readonly newContext: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /**
   * Opens the page in a new context and signs in as an example principal. `fragment`: e.g.
   * `#/trail`.
   */
  readonly signedIn: (principal: string, fragment?: string, options?: BrowserContextOptions) => Promise<Page>;
  readonly close: () => Promise<void>;
}

/** Starts a gateway with its page, and connects to the browser of the run. */
export async function openPage(options: Partial<LocalGatewayOptions> = {}): Promise<OpenPage> {
  const gateway = await startLocalGateway({
    policiesDirectory: join(import.meta.dirname, '../../../../policies'),
    ...options,
  });
  const { origin } = new URL(gateway.url);
  const browser = await connectToBrowser();
  const contexts: BrowserContext[] = [];
  const newContext = async (contextOptions: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...contextOptions });
    contexts.push(context);
    return context;
  };
  return {
    gateway,
    browser,
    origin,
    newContext,
    signedIn: async (principal, fragment = '', contextOptions = {}) => {
      const context = await newContext(contextOptions);
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(`${origin}/${fragment}`);
      await page.getByRole('button', { name: new RegExp(`^${principal} `) }).click();
      await page.getByRole('navigation', { name: 'Views' }).waitFor();
      return page;
    },
    close: async () => {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
      await gateway.close();
    },
  };
}

/** A client of the gateway, as an example principal. */
export async function makeClientOf({ gateway }: OpenPage, principal: string): Promise<GatewayClient> {
  const token = await gateway.token(principal);
  return makeGatewayClient({ url: gateway.url, authentication: bearer(token) });
}

/**
 * Saves what is shown, e.g. for a look at it: as WebP, which is a third of a PNG. Returns the file.
 */
export async function screenshot(page: Page, name: string): Promise<string> {
  mkdirSync(screenshots, { recursive: true });
  const path = join(screenshots, `${name}.webp`);
  await page.mouse.move(0, 0);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 60 });
  await session.detach();
  writeFileSync(path, data, 'base64');
  return path;
}

/** Notes how long something took, in `times.txt` beside the screenshots. `since`: of `performance.now()`. */
export function noteTime(what: string, since: number): void {
  mkdirSync(screenshots, { recursive: true });
  appendFileSync(join(screenshots, 'times.txt'), `${what}: ${Math.round(performance.now() - since)} ms\n`);
}

/**
 * The rules of WCAG 2.2 AA that what is shown breaks, as axe-core finds them: rule and element.
 * `rules`: only these.
 */
export async function axeViolations(page: Page, rules?: string[]): Promise<string[]> {
  const isThere = await page.evaluate(() => 'axe' in globalThis);
  if (!isThere) await page.evaluate(AxeBuilder.source);
  return page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as { readonly axe: typeof AxeBuilder };
    const { violations } = await axe.run({ resultTypes: ['violations'], ...(only && { runOnly: only }) });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  }, rules);
}
