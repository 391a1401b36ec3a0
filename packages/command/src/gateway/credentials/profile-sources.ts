import { fromLoginCredentials, fromSSO, fromTokenFile } from '@aws-sdk/credential-providers';
import { GeneralError } from '../../aws/errors.ts';
import { option } from '../../aws/shared-config/shared-config.ts';
import type { Section } from '../../aws/shared-config/ini.ts';
import { credentialClient } from '../credential-clients.ts';
import { processCredentials } from './profile-process.ts';
import { beginningWith, keysOf } from './source.ts';
import type { Load, SourceSettings } from './source.ts';

/**
 * The credentials of a profile in the AWS CLI's order, but for a role that is assumed by other
 * credentials; null if it has none.
 *
 * @param usesEnvironment whether the variables of a web identity come before the profile
 * @throws {@link GeneralError} for a profile that is not complete, and a process that fails
 */
export async function profileCredentials(
  name: string,
  settings: SourceSettings,
  { usesEnvironment }: { readonly usesEnvironment: boolean },
): Promise<Load | null> {
  const { config, environment } = settings;
  const profile = config.profiles.get(name);
  const found =
    webIdentity(profile, settings, usesEnvironment) ??
    sso(name, settings) ??
    keysOf(config.ofCredentials.get(name), 'shared-credentials-file') ??
    login(name, profile, settings);
  if (found) return found;
  const command = option(profile, 'credential_process');
  if (command === undefined) return keysOf(config.ofConfig.get(name), 'config-file');
  const load = () => processCredentials(command, environment);
  return beginningWith(await load(), load);
}

const noRole =
  'The profile or the environment has a web identity token, but no role: set role_arn, or AWS_ROLE_ARN in the environment.';

function webIdentity(
  profile: Section | undefined,
  { environment, region }: SourceSettings,
  usesEnvironment: boolean,
): Load | null {
  const setting = (variable: string, name: string) =>
    (usesEnvironment ? environment[variable] : undefined) ?? option(profile, name);
  const webIdentityTokenFile = setting('AWS_WEB_IDENTITY_TOKEN_FILE', 'web_identity_token_file');
  if (!webIdentityTokenFile) return null;
  const roleArn = setting('AWS_ROLE_ARN', 'role_arn');
  if (!roleArn) throw new GeneralError(noRole);
  const roleSessionName = setting('AWS_ROLE_SESSION_NAME', 'role_session_name');
  return fromTokenFile({
    webIdentityTokenFile,
    roleArn,
    ...(roleSessionName !== undefined && { roleSessionName }),
    clientConfig: credentialClient(region, environment),
  });
}

const ssoOptions = ['sso_role_name', 'sso_account_id', 'sso_start_url', 'sso_region'] as const;

/** The credentials of IAM Identity Center, after `aws sso login`. */
function sso(name: string, { config, environment }: SourceSettings): Load | null {
  const profile = config.profiles.get(name);
  if (option(profile, 'sso_role_name') === undefined && option(profile, 'sso_account_id') === undefined) return null;
  const ssoSession = option(profile, 'sso_session');
  const session = ssoSession === undefined ? undefined : config.ssoSessions.get(ssoSession);
  if (ssoSession !== undefined && !session) {
    throw new GeneralError(`The specified sso-session does not exist: "${ssoSession}"`);
  }
  for (const key of Object.keys(session ?? {})) {
    const [own, shared] = [option(profile, key), option(session, key)];
    if (own === undefined || own === shared) continue;
    throw new GeneralError(
      `The value for ${key} is inconsistent between profile (${own}) and sso-session (${shared}).`,
    );
  }
  const all = { ...session, ...profile };
  const missing = ssoOptions.filter((key) => option(all, key) === undefined);
  if (missing.length > 0) {
    throw new GeneralError(
      `The profile "${name}" is configured to use SSO but is missing required configuration: ${missing.join(', ')}`,
    );
  }
  const [ssoRoleName, ssoAccountId, ssoStartUrl, ssoRegion] = ssoOptions.map((key) => option(all, key) ?? '') as [
    string,
    string,
    string,
    string,
  ];
  const { AWS_SHARED_CREDENTIALS_FILE: filepath, AWS_CONFIG_FILE: configFilepath } = environment;
  const files = {
    ...(filepath !== undefined && { filepath }),
    ...(configFilepath !== undefined && { configFilepath }),
  };
  const names = { profile: name, ssoRoleName, ssoAccountId, ssoStartUrl, ssoRegion };
  const clientConfig = credentialClient(null, environment);
  return fromSSO({ ...names, ...files, clientConfig, ...(ssoSession !== undefined && { ssoSession }) });
}

/** The credentials of `aws login`. */
function login(name: string, profile: Section | undefined, { region, environment }: SourceSettings): Load | null {
  if (option(profile, 'login_session') === undefined) return null;
  return fromLoginCredentials({ profile: name, clientConfig: credentialClient(region, environment) });
}
