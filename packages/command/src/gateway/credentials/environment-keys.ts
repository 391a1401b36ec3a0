import { GeneralError } from '../../aws/errors.ts';
import type { Environment } from '../../aws/parameter-file.ts';
import { fixed, partialCredentials } from './source.ts';
import type { Load } from './source.ts';

/**
 * The keys of the environment; null without an access key.
 *
 * @throws {@link GeneralError} for an access key without a secret, and for expired keys
 */
export function environmentKeys(environment: Environment): Load | null {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId) return null;
  if (!secretAccessKey) throw partialCredentials('env', 'AWS_SECRET_ACCESS_KEY');
  const { AWS_SECURITY_TOKEN: former, AWS_SESSION_TOKEN: token } = environment;
  const sessionToken = [former, token].find((one) => one !== undefined && one !== '');
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  const expiration = environment.AWS_CREDENTIAL_EXPIRATION;
  if (!expiration) return fixed(keys);
  const expiresAt = Date.parse(expiration);
  if (Number.isNaN(expiresAt)) throw new GeneralError(`AWS_CREDENTIAL_EXPIRATION is not a time: ${expiration}`);
  return () => {
    if (expiresAt > Date.now()) return Promise.resolve(keys);
    return Promise.reject(new GeneralError(`The credentials of the environment expired at ${expiration}.`));
  };
}
