import type { KubernetesApi } from './kubernetes/api.ts';

/** As long as a token lasts. Seconds. */
const lifetimeSeconds = 3_600;

interface TokenRequest {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/** Whose tokens are requested, and for whom. */
export interface TokenSettings {
  /** The name of the service account in each namespace. */
  readonly serviceAccount: string;
  readonly audience: string;
}

/**
 * Gives the token of a namespace's service account. It is kept for half of its lifetime, and is used
 * for all of it where no new one can be had: a namespace that is being deleted gives none.
 */
export function makeTokens(api: KubernetesApi, { serviceAccount, audience }: TokenSettings) {
  const tokens = new Map<string, { readonly token: string; readonly renewAt: number; readonly endsAt: number }>();
  return async (namespace: string): Promise<string> => {
    const known = tokens.get(namespace);
    if (known && Date.now() < known.renewAt) return known.token;
    try {
      const requestedAt = Date.now();
      const { status } = await api.request<TokenRequest>({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences: [audience], expirationSeconds: lifetimeSeconds },
        },
      });
      const endsAt = Date.parse(status.expirationTimestamp);
      tokens.set(namespace, { token: status.token, renewAt: (requestedAt + endsAt) / 2, endsAt });
      return status.token;
    } catch (error) {
      if (known && Date.now() < known.endsAt) return known.token;
      throw error;
    }
  };
}
