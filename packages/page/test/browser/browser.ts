import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const endpoint = process.env.BROWSER_ENDPOINT;

/** Why tests in a browser can't run here; null if they can. */
export const missingBrowser = endpoint === undefined ? 'there is no Chromium (Debian: apt-get install chromium)' : null;

/** Connects to the browser of the run. `close` closes what was opened by this connection. */
export function connectToBrowser(): Promise<Browser> {
  return chromium.connect(endpoint ?? '');
}
