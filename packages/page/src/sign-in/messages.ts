import {
  AuthorizationResponseError,
  JWT_TIMESTAMP_CHECK,
  OperationProcessingError,
  ResponseBodyError,
} from 'oauth4webapi';

/**
 * An error of a sign-in, in words for the person who signs in. `issuer` is its URL, `origin` that
 * of the page.
 */
export function signInError(error: unknown, issuer: string, origin: string): Error {
  return new Error(messageOf(error, new URL(issuer).host, origin), { cause: error });
}

function messageOf(error: unknown, host: string, origin: string): string {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    if (error.error === 'access_denied') return `The sign-in was denied or cancelled at ${host}.`;
    return `${host} refused the sign-in: ${error.error_description ?? error.error}.`;
  }
  if (error instanceof OperationProcessingError && error.code === JWT_TIMESTAMP_CHECK) {
    return `The clocks of this device and of ${host} differ. Set the clock of this device, and sign in again.`;
  }
  // What browsers throw where there is no connection, or no permission to read the answer.
  if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')) {
    return `${host} does not answer. Check the connection; if others can't sign in either, the issuer is down or does not accept pages of ${origin} (CORS).`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof OperationProcessingError ? `The answer of ${host} can't be used: ${reason}.` : reason;
}
