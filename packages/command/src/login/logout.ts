import * as oidc from 'openid-client';
import { InterruptedError } from '../aws/errors.ts';
import type { Connection } from '../aws/settings.ts';
import type { ValueMap } from '../aws/value.ts';
import type { CallSettings } from '../host.ts';
import { withIssuer } from './issuer.ts';
import { changeLogin, loginsFile, readLogin } from './store.ts';
import type { Login } from './store.ts';

/** Deletes the login to a gateway, and revokes its refresh token where the issuer can. */
export async function logout(connection: Connection, gatewayUrl: string, settings: CallSettings): Promise<ValueMap> {
  const file = loginsFile(settings.environment);
  let deleted = readLogin(file, gatewayUrl);
  if (deleted !== null) {
    const remove = (now: Login | null) => ((deleted = now), null);
    await changeLogin(file, gatewayUrl, remove, settings.signal);
  }
  const revoked = deleted !== null && (await revoke(deleted, connection, settings));
  return { logout: { endpointUrl: gatewayUrl, deleted: deleted !== null, revoked } };
}

async function revoke(entry: Login, connection: Connection, settings: CallSettings): Promise<boolean> {
  const { refreshToken } = entry;
  if (refreshToken === null) return false;
  try {
    return await withIssuer(entry, { connection, settings }, async (config) => {
      if (config.serverMetadata().revocation_endpoint === undefined) return false;
      await oidc.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
      return true;
    });
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    settings.writeError(`The tokens are deleted here. The issuer did not revoke them: ${(error as Error).message}\n`);
    return false;
  }
}
