import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { GeneralError } from '../../aws/errors.ts';
import { repr } from '../../aws/python.ts';
import { option } from '../../aws/shared-config/shared-config.ts';
import type { Section } from '../../aws/shared-config/ini.ts';
import { credentialClient } from '../credential-clients.ts';
import { environmentKeys } from './environment-keys.ts';
import { containerCredentials, instanceCredentials } from './machine.ts';
import { profileCredentials } from './profile-sources.ts';
import { partialCredentials } from './source.ts';
import type { Load, SourceSettings } from './source.ts';

/**
 * The credentials of the role that a profile assumes by those of another source; null if it assumes
 * none.
 *
 * @throws {@link GeneralError} for profiles that are not complete or name each other
 */
export async function assumedRole(name: string, settings: SourceSettings): Promise<Load | null> {
  return assumesRole(settings.config.profiles.get(name)) ? assume(name, settings, [name]) : null;
}

function assumesRole(profile: Section | undefined): boolean {
  return profile !== undefined && 'role_arn' in profile && !('web_identity_token_file' in profile);
}

function hasKeys(profile: Section | undefined): boolean {
  return profile !== undefined && ('aws_access_key_id' in profile || 'aws_secret_access_key' in profile);
}

async function assume(name: string, settings: SourceSettings, visited: readonly string[]): Promise<Load> {
  const profile = settings.config.profiles.get(name);
  const masterCredentials = await sourceOf(name, settings, visited);
  const duration = option(profile, 'duration_seconds');
  const [serial, externalId] = [option(profile, 'mfa_serial'), option(profile, 'external_id')];
  const session = option(profile, 'role_session_name');
  const { region, environment } = settings;
  return fromTemporaryCredentials({
    masterCredentials,
    params: {
      RoleArn: option(profile, 'role_arn') ?? '',
      ...(session !== undefined && { RoleSessionName: session }),
      ...(externalId !== undefined && { ExternalId: externalId }),
      ...(serial !== undefined && { SerialNumber: serial }),
      ...(duration !== undefined && /^\s*[+-]?\d+\s*$/.test(duration) && { DurationSeconds: Number(duration) }),
    },
    mfaCodeProvider: () =>
      Promise.reject(
        new GeneralError(
          `The profile ${name} needs an MFA code, which this command can't ask for. Get credentials with: eval "$(aws configure export-credentials --profile ${name} --format env)"`,
        ),
      ),
    clientConfig: { profile: name, ...credentialClient(region, environment) },
  });
}

async function sourceOf(name: string, settings: SourceSettings, visited: readonly string[]): Promise<Load> {
  const profile = settings.config.profiles.get(name);
  const [source, other] = [option(profile, 'credential_source'), option(profile, 'source_profile')];
  if (source !== undefined && other !== undefined) {
    throw new GeneralError(`The profile "${name}" contains both source_profile and credential_source.`);
  }
  if (source !== undefined) return ofMachine(source, name, settings);
  if (other === undefined) throw partialCredentials('assume-role', 'source_profile or credential_source');
  return ofProfile(other, name, settings, visited);
}

async function ofProfile(
  source: string,
  name: string,
  settings: SourceSettings,
  visited: readonly string[],
): Promise<Load> {
  const profile = settings.config.profiles.get(source);
  if (!profile) {
    throw new GeneralError(`The source_profile "${source}" referenced in the profile "${name}" does not exist.`);
  }
  // A profile may name itself, for the keys that are in it.
  if (visited.includes(source) && (source !== name || !hasKeys(profile))) {
    throw new GeneralError(
      `Infinite loop in credential configuration detected. Attempting to load from profile ${source} which has already been visited. Visited profiles: ${repr([...visited])}`,
    );
  }
  if (assumesRole(profile) && !hasKeys(profile)) return assume(source, settings, [...visited, source]);
  const found = await profileCredentials(source, settings, { usesEnvironment: false });
  if (!found) throw new GeneralError(`The source profile "${source}" must have credentials.`);
  return found;
}

/** The sources of the option `credential_source`. */
const ofMachineSources: Readonly<Record<string, (settings: SourceSettings) => Load | null | Promise<Load | null>>> = {
  Environment: ({ environment }) => environmentKeys(environment),
  EcsContainer: containerCredentials,
  Ec2InstanceMetadata: instanceCredentials,
};

async function ofMachine(source: string, name: string, settings: SourceSettings): Promise<Load> {
  const find = Object.hasOwn(ofMachineSources, source) ? ofMachineSources[source] : undefined;
  if (!find) throw new GeneralError(`The credential source "${source}" referenced in profile "${name}" is not valid.`);
  const found = await find(settings);
  if (found) return found;
  throw new GeneralError(
    `Error when retrieving credentials from ${source}: No credentials found in credential_source referenced in profile ${name}`,
  );
}
