import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTHeaderParameters, JWTPayload } from 'jose';

/** A key pair of an issuer. */
export interface IssuerKey {
  readonly privateKey: CryptoKey;
  /** As `jwks_uri` publishes it. */
  readonly jwk: JWK;
}

/** Creates a key pair. */
export async function makeIssuerKey(kid: string, alg = 'RS256'): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Signs a token with this key; `header` replaces fields of its header. */
export function sign({ privateKey, jwk }: IssuerKey, claims: JWTPayload, header: object = {}): Promise<string> {
  const fields: JWTHeaderParameters = { alg: jwk.alg ?? '', kid: jwk.kid ?? '', ...header };
  return new SignJWT(claims).setProtectedHeader(fields).sign(privateKey);
}

/** Serves a key set on 127.0.0.1, as the `jwks_uri` of an issuer does. */
export async function startKeyServer(keys: readonly JWK[]) {
  let served: unknown = { keys };
  let status = 200;
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(served));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/keys`),
    /** The number of requests so far. */
    requests: () => requests,
    /** Changes what the next requests are answered with. */
    serve: (body: unknown, statusCode = 200) => {
      served = body;
      status = statusCode;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
