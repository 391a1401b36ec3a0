/** Where clients look for the metadata of a protected resource (RFC 9728). */
export const resourceMetadataPath = '/.well-known/oauth-protected-resource';

/** How people who use the command sign in. */
export interface CommandSignIn {
  /** URL of the gateway, for which the command requests tokens (RFC 8707). */
  readonly resource: string;
  /** As in the `iss` of its tokens. */
  readonly issuer: string;
  /** ID of the command at the issuer: a public client, without a secret. */
  readonly clientId: string;
  /** What the command requests; null for its default. */
  readonly scope: string | null;
}

/** The JSON of the metadata, with the client ID of the command as a field of its own. */
export function resourceMetadata({ resource, issuer, clientId, scope }: CommandSignIn): string {
  return JSON.stringify({
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    ...(scope !== null && { scopes_supported: scope.split(' ') }),
    pod_identity_client_id: clientId,
  });
}
