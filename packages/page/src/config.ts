/** What the page has to know of its deployment: `GET /page.json`. */
export interface PageConfig {
  /** URL of the GraphQL API, or its path on the server of the page. */
  readonly graphql: string;
  readonly signIn: LocalSignIn | OidcSignIn;
}

/** Sign-in with the example principals of a local gateway. */
export interface LocalSignIn {
  readonly kind: 'local';
  readonly principals: readonly { readonly name: string; readonly description: string }[];
}

/** Sign-in at an OpenID Connect issuer, as a public client. */
export interface OidcSignIn {
  readonly kind: 'oidc';
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** For issuers such as Auth0; null without one. */
  readonly audience: string | null;
  /** RFC 8707; null without one. */
  readonly resource: string | null;
}

/** Reads the configuration. Rejects if the server does not answer with one. */
export async function loadConfig(): Promise<PageConfig> {
  const response = await fetch('/page.json');
  if (!response.ok) throw new Error(`The configuration of the page could not be read: HTTP status ${response.status}.`);
  return (await response.json()) as PageConfig;
}
