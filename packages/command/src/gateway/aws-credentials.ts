import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { ConfigurationError, GeneralError } from '../aws/errors.ts';
import type { Environment } from '../aws/parameter-file.ts';
import type { AwsCredentials } from '../../../client/src/client/sign.ts';
import { credentialClients, sdkMessage } from './credential-clients.ts';

export interface CredentialSettings {
  /** The profile of the option `--profile`; null without it. */
  readonly profile: string | null;
  /** AWS_PROFILE and the keys; the rest is read from the process by the SDK. */
  readonly environment: Environment;
  readonly region: string | null;
}

/** Keys of a profile that say where its credentials come from. */
const sources =
  /^(aws_access_key_id|credential_process|role_arn|source_profile|sso_\w+|web_identity_token_file|login_session)$/;

/**
 * Finds credentials as the AWS CLI does: those of `--profile`, or else of the environment, of the
 * profile that AWS_PROFILE names or the default profile, of a container or an instance. The SDK
 * would prefer AWS_PROFILE to keys in the environment.
 *
 * @throws {@link ConfigurationError} when there are none, {@link GeneralError} when they can't be
 *   loaded
 */
export function credentialProvider(settings: CredentialSettings): () => Promise<AwsCredentials> {
  const { profile, environment } = settings;
  const keys = profile === null ? environmentKeys(environment) : null;
  if (keys !== null) return () => Promise.resolve(keys);
  const named = [profile, environment.AWS_PROFILE, environment.AWS_DEFAULT_PROFILE].find(
    (one) => one !== null && one !== '',
  );
  const name = named ?? 'default';
  return async () => {
    const provide = (await hasSource(name)) ? fromIni : fromNodeProviderChain;
    const clients = credentialClients(settings.region, environment);
    try {
      return await provide({ profile: name, ...clients })();
    } catch (error) {
      throw failure(sdkMessage(error, environment), name, provide === fromIni);
    }
  };
}

/** The keys of the environment; null without an access key. */
function environmentKeys(environment: Environment): AwsCredentials | null {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId) return null;
  if (!secretAccessKey) throw new GeneralError('Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY');
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

async function hasSource(profile: string): Promise<boolean> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const keys = Object.keys({ ...configFile[profile], ...credentialsFile[profile] });
  return keys.some((key) => sources.test(key));
}

function failure(message: string, profile: string, isOfProfile: boolean): Error {
  if (isOfProfile) return new GeneralError(`The credentials of the profile ${profile} can't be loaded: ${message}`);
  if (!message.startsWith('Could not load credentials from any providers')) return new GeneralError(message);
  return new ConfigurationError(
    'Unable to locate credentials. Sign in (pod-identity login), configure AWS credentials (aws configure), or give a JWT with --token or POD_IDENTITY_TOKEN.',
  );
}
