import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** The issuer of service account tokens, as EKS has one for each cluster. */
export async function makeIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  let requests = 0;
  return {
    requests: () => requests,
    discovery: (issuer: string) => ({
      issuer,
      jwks_uri: `${issuer}/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    keys: { keys: [key] },
    /** The answer of a TokenRequest. */
    grant: async (issuer: string, namespace: string, name: string, spec: TokenSpec) => {
      requests += 1;
      const { audiences, expirationSeconds } = spec;
      const now = Math.floor(Date.now() / 1_000);
      const token = await new SignJWT({
        'kubernetes.io': { namespace, serviceaccount: { name } },
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(issuer)
        .setAudience([...audiences])
        .setSubject(`system:serviceaccount:${namespace}:${name}`)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + expirationSeconds)
        .sign(privateKey);
      return { status: { token, expirationTimestamp: new Date((now + expirationSeconds) * 1_000).toISOString() } };
    },
  };
}

export interface TokenSpec {
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}
