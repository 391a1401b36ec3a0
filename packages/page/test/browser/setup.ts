import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserServer } from 'playwright-core';
import setUpShared from '../../../../test/support/global-setup.ts';

declare global {
  /** The browser that the teardown closes; undefined where there is none. */
  var startedBrowser: BrowserServer | undefined;
}

/** Provides what all tests share, and one browser for all files, whose address it sets in `BROWSER_ENDPOINT`. */
export default async function setUp(): Promise<void> {
  await setUpShared();
  await startBrowser();
}

/** Starts the browser, if there is one. */
export async function startBrowser(): Promise<void> {
  const executablePath = ['chromium', 'chromium-browser', 'google-chrome']
    .map((name) => join('/usr/bin', name))
    .find((path) => existsSync(path));
  if (executablePath === undefined) return;
  // As root, Chromium starts without its sandbox only; nothing but the loopback address is needed.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
  globalThis.startedBrowser = await chromium.launchServer({ executablePath, args: [...args, '--disable-sync'] });
  process.env.BROWSER_ENDPOINT = globalThis.startedBrowser.wsEndpoint();
}
