import type { PageConfig } from '../../../src/page/config.ts';

export type { LocalSignIn, OidcSignIn, PageConfig } from '../../../src/page/config.ts';

/** Reads the configuration. Rejects if the server does not answer with one. */
export async function loadConfig(): Promise<PageConfig> {
  const response = await fetch('/page.json');
  if (!response.ok) throw new Error(`The configuration of the page could not be read: HTTP status ${response.status}.`);
  return (await response.json()) as PageConfig;
}
