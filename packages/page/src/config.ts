import type { PageConfig } from '../../../src/page/config.ts';

export type { LocalSignIn, OidcSignIn, PageConfig } from '../../../src/page/config.ts';

/** Reads the configuration. Rejects if the server does not answer with one. */
export async function loadConfig(): Promise<PageConfig> {
  const response = await fetch('/page.json');
  if (!response.ok) throw new Error(`The configuration of the page could not be read: HTTP status ${response.status}.`);
  return (await response.json()) as PageConfig;
}

/** Who is signed in. Its tokens are in memory only. */
export interface Session {
  /**
   * A token that the gateway accepts, renewed where that is due. Rejects if it can't be renewed.
   */
  readonly token: () => Promise<string>;
  /** Forgets the tokens, also at the issuer where it offers that. */
  readonly signOut: () => Promise<void>;
}
