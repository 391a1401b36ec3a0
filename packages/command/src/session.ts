import { checkConnection, readConnection, readProfile } from './aws/settings.ts';
import { readSharedConfig } from './aws/shared-config/shared-config.ts';
import type { CallSettings, Session } from './host.ts';

/**
 * Opens the gateway as a command without options does: with the URL and the credentials of the
 * environment, of a token file, of a login or of AWS, in the order of `pod-identity`. A login or a
 * token that is renewed later is found by opening it again.
 *
 * @throws `ConfigurationError` where the URL is missing, `UsageError` and `GeneralError` for
 *   settings that can't be used
 */
export async function openGateway(settings: CallSettings): Promise<Session> {
  const { environment } = settings;
  const connection = readConnection({}, readProfile({}, readSharedConfig(environment), environment), environment);
  checkConnection(connection);
  const { makeSession } = await import('./gateway/call.ts');
  return makeSession(settings)(connection);
}
