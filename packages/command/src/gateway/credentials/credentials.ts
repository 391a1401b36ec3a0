import { CommandError, ConfigurationError, GeneralError } from '../../aws/errors.ts';
import type { Environment } from '../../aws/parameter-file.ts';
import { readSharedConfig } from '../../aws/shared-config/shared-config.ts';
import type { AwsCredentials } from '../../../../client/src/client/sign.ts';
import { sdkMessage } from '../credential-clients.ts';
import { assumedRole } from './assume-role.ts';
import { environmentKeys } from './environment-keys.ts';
import { botoKeys, containerCredentials, ec2FileKeys, instanceCredentials } from './machine.ts';
import { profileCredentials } from './profile-sources.ts';
import type { FoundCredentials, Load, SourceSettings } from './source.ts';

export interface CredentialSettings {
  /** The profile of the option `--profile`; null without it. */
  readonly profile: string | null;
  readonly environment: Environment;
  /** The region of requests to STS. */
  readonly region: string | null;
  /** Throws if requests can't be signed: the AWS CLI says so before credentials are missing. */
  readonly checkRegion?: () => void;
}

/** How long before they expire credentials are replaced, in milliseconds. */
const renewedBeforeMs = 300_000;

/**
 * Finds credentials in the order of the AWS CLI, and keeps them until they expire: `--profile`, or
 * keys of the environment; then the profile's role, web identity, IAM Identity Center, credentials
 * file, process and config file; then container and instance.
 *
 * @throws {@link ConfigurationError} when there are none, {@link GeneralError} when they can't be
 *   loaded
 */
export function credentialProvider(settings: CredentialSettings): () => Promise<AwsCredentials> {
  let load: Load | null = null;
  let current: FoundCredentials | null = null;
  return async () => {
    if (current !== null && !isExpiring(current)) return current;
    load ??= await find(settings);
    return (current = await loaded(load, settings));
  };
}

function isExpiring({ expiration }: FoundCredentials): boolean {
  return expiration !== undefined && expiration.getTime() - Date.now() < renewedBeforeMs;
}

async function find({ profile, environment, region, checkRegion }: CredentialSettings): Promise<Load> {
  const config = readSharedConfig(environment);
  const name = nameOf(profile, environment);
  const found = await inOrder(name, { environment, config, region }, { usesEnvironment: profile === null });
  checkRegion?.();
  if (found) return found;
  throw new ConfigurationError(
    'Unable to locate credentials. Sign in (pod-identity login), configure AWS credentials (aws configure), or give a JWT with --token or POD_IDENTITY_TOKEN.',
  );
}

function nameOf(profile: string | null, environment: Environment): string {
  const name = profile ?? environment.AWS_PROFILE ?? environment.AWS_DEFAULT_PROFILE ?? '';
  return name === '' ? 'default' : name;
}

async function inOrder(
  name: string,
  settings: SourceSettings,
  { usesEnvironment }: { readonly usesEnvironment: boolean },
): Promise<Load | null> {
  return (
    (usesEnvironment ? environmentKeys(settings.environment) : null) ??
    (await assumedRole(name, settings)) ??
    (await profileCredentials(name, settings, { usesEnvironment })) ??
    ec2FileKeys(settings) ??
    botoKeys(settings) ??
    (await containerCredentials(settings)) ??
    (await instanceCredentials(settings))
  );
}

async function loaded(load: Load, { profile, environment }: CredentialSettings): Promise<FoundCredentials> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = sdkMessage(error, environment);
    throw new GeneralError(`The credentials of the profile ${nameOf(profile, environment)} can't be loaded: ${reason}`);
  }
}
