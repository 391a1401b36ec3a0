import type { Environment } from '../aws/parameter-file.ts';
import type { Connection } from '../aws/settings.ts';
import type { SharedConfig } from '../aws/shared-config/shared-config.ts';
import { option } from '../aws/shared-config/shared-config.ts';
import { anonymous, bearer, sigV4 } from '../../../client/src/client/auth.ts';
import type { Authentication } from '../../../client/src/client/auth.ts';
import { environmentKeys } from '../gateway/credentials/environment-keys.ts';
import { keysOf } from '../gateway/credentials/source.ts';
import { readTokenFile } from '../gateway/token-file.ts';
import { freshAccessToken } from '../login/login-token.ts';

/** Credentials, and what is equal for equal ones. */
export interface FoundCredentials {
  readonly authentication: Authentication;
  readonly identity: string;
}

/** What makes the keys of a profile others than those in the files, by a program, a browser or a request. */
const dynamic = /^(role_arn|sso_.*|web_identity_token_file|login_session|credential_process|credential_source)$/;

/**
 * The credentials that a request has, in the same order, but only those that are there: nothing is
 * renewed, nobody asked, no program run. Null where a request would have to.
 */
export async function credentialsAtHand(
  connection: Connection,
  gatewayUrl: string,
  { environment, config }: { readonly environment: Environment; readonly config: SharedConfig },
): Promise<FoundCredentials | null> {
  const { token, tokenFile, signRequest, profile } = connection;
  const given = token ?? (tokenFile === null ? null : readTokenFile(tokenFile));
  if (given !== null) return { authentication: bearer(given), identity: given };
  if (!signRequest) return { authentication: anonymous, identity: '' };
  const login = profile === null ? freshAccessToken(environment, gatewayUrl) : undefined;
  if (login === null) return null;
  if (login !== undefined) return { authentication: bearer(login), identity: login };
  const load = (profile === null ? environmentKeys(environment) : null) ?? storedKeys(connection, environment, config);
  if (load === null) return null;
  const credentials = await load();
  const region = connection.gatewayRegion ?? connection.region ?? undefined;
  const { accessKeyId, sessionToken = '' } = credentials;
  return { authentication: sigV4({ credentials, region }), identity: `${accessKeyId} ${sessionToken}` };
}

function storedKeys({ profile }: Connection, environment: Environment, config: SharedConfig) {
  const name = profile ?? environment.AWS_PROFILE ?? environment.AWS_DEFAULT_PROFILE ?? 'default';
  const section = config.profiles.get(name);
  if (Object.keys(section ?? {}).some((key) => dynamic.test(key) && option(section, key) !== undefined)) return null;
  if (profile === null && environment.AWS_WEB_IDENTITY_TOKEN_FILE) return null;
  return (
    keysOf(config.ofCredentials.get(name), 'shared-credentials-file') ??
    keysOf(config.ofConfig.get(name), 'config-file')
  );
}
