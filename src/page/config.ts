/** What the page needs to know of its gateway: the answer of `GET /page.json`. */
export interface PageConfig {
  /** URL of the GraphQL API, or its path on the server of the page. */
  readonly graphql: string;
  readonly signIn: LocalSignIn | OidcSignIn;
}

/**
 * Sign-in as an example principal: on a local machine, `POST /page/token` gives a token of any of
 * them.
 */
export interface LocalSignIn {
  readonly kind: 'local';
  readonly principals: readonly { readonly name: string; readonly description: string }[];
}

/** Sign-in at an OpenID Connect issuer, with the authorization code grant and PKCE. */
export interface OidcSignIn {
  readonly kind: 'oidc';
  /** As in the `iss` of its tokens. */
  readonly issuer: string;
  /** ID of the page at the issuer: a public client, without a secret. */
  readonly clientId: string;
  /** Null: `openid`, and `offline_access` where the issuer lists it. */
  readonly scope: string | null;
  /** Audience of the token, for issuers such as Auth0; null: not sent. */
  readonly audience: string | null;
  /** URI that stands for the gateway at issuers with RFC 8707; null: not sent. */
  readonly resource: string | null;
}
