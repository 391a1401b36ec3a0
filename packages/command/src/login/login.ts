import { InterruptedError } from '../aws/errors.ts';
import type { ValueMap } from '../aws/value.ts';
import type { CallSettings, Request } from '../host.ts';
import { claimsOf, loginOf } from './access-token.ts';
import { checkToken } from './check-token.ts';
import { withIssuer } from './issuer.ts';
import { issuerSettings } from './issuer-settings.ts';
import { signIn } from './sign-in.ts';
import { changeLogin, loginsFile, readLogin } from './store.ts';
import type { Login } from './store.ts';

/** Signs a person in, keeps the tokens, and returns what `pod-identity login` prints. */
export async function login(request: Request, gatewayUrl: string, settings: CallSettings): Promise<ValueMap> {
  const file = loginsFile(settings.environment);
  const last = readLogin(file, gatewayUrl);
  const { entry, doubt } = await tokens(request, gatewayUrl, settings, last).catch((error: unknown) => {
    throw settings.signal?.aborted === true ? new InterruptedError('Interrupted. You are not signed in.') : error;
  });
  await changeLogin(file, gatewayUrl, () => entry, settings.signal);
  if (doubt !== null) {
    settings.writeError(`The login is stored, and was not tried: the gateway did not say who it is for. ${doubt}\n`);
  }
  const other = ['POD_IDENTITY_TOKEN', 'POD_IDENTITY_TOKEN_FILE'].find((name) => settings.environment[name]);
  if (other !== undefined) settings.writeError(`${other} is set, and comes before this login: unset ${other}\n`);
  return { login: { endpointUrl: gatewayUrl, ...shown(entry) } };
}

/** New tokens, and why it is not known whether the gateway accepts them; null if it does. */
async function tokens(
  request: Request,
  gatewayUrl: string,
  settings: CallSettings,
  last: Login | null,
): Promise<{ readonly entry: Login; readonly doubt: string | null }> {
  const { input, connection } = request;
  const wanted = await issuerSettings(request, gatewayUrl, settings, last);
  const answer = await withIssuer(wanted, { connection, settings }, (config) =>
    signIn(config, wanted, input, settings),
  );
  const entry = loginOf(wanted, answer, null);
  return { entry, doubt: await checkToken(entry, gatewayUrl, connection, settings) };
}

function shown({ issuer, clientId, accessToken, expiresAt, refreshToken }: Login): ValueMap {
  const { iss, sub } = claimsOf(accessToken) ?? {};
  return {
    issuer,
    clientId,
    principalId: `${String(iss)}#${String(sub)}`,
    expiresAt,
    renewable: refreshToken !== null,
  };
}
