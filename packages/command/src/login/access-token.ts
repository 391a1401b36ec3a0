import type { TokenEndpointResponse } from 'openid-client';
import { ConfigurationError } from '../aws/errors.ts';
import type { IssuerSettings, Login } from './store.ts';

/** The longest lifetime that a time of JavaScript holds with any start, in seconds. */
const longestSeconds = 1e10;

/**
 * The tokens of an answer as a login.
 *
 * @throws {@link ConfigurationError} if the access token is not for this gateway, or is not a JWT
 */
export function loginOf(settings: IssuerSettings, tokens: TokenEndpointResponse, before: Login | null): Login {
  const { access_token: accessToken, expires_in: seconds, refresh_token: refreshToken } = tokens;
  const claims = claimsOf(accessToken);
  if (claims === null) {
    throw new ConfigurationError(
      `The access token of ${settings.issuer} is not a JWT. Request one for the gateway, with --audience, --resource or --scope, as the issuer requires.`,
    );
  }
  if (before !== null) checkPerson(settings, accessToken, before);
  checkAudience(settings, accessToken, before);
  const expiry = seconds === undefined ? Number(claims.exp ?? 0) : Date.now() / 1_000 + seconds;
  const known = Number.isFinite(expiry) ? Math.max(0, Math.min(expiry, longestSeconds)) : 0;
  return {
    ...settings,
    accessToken,
    expiresAt: new Date(known * 1_000).toISOString(),
    // An issuer that does not rotate refresh tokens sends none with a renewal.
    refreshToken: refreshToken ?? before?.refreshToken ?? null,
  };
}

function checkPerson({ issuer }: IssuerSettings, token: string, before: Login): void {
  const [person, other] = [before.accessToken, token].map((each) => claimsOf(each)?.sub);
  if (person !== other) {
    throw new ConfigurationError(`The renewed access token of ${issuer} is of another person: it is not used.`);
  }
}

/**
 * A token that is also for others could be used there by who gets it: a false gateway, for example,
 * that names the issuer of the real one.
 */
function checkAudience({ issuer, resource, isPublished = false }: IssuerSettings, token: string, before: Login | null) {
  const audiences = audiencesOf(token);
  if (isPublished) {
    // The endpoint of an issuer's own user information is often named too.
    const others = audiences.filter((each) => each !== resource && originOf(each) !== originOf(issuer));
    if (audiences.includes(resource ?? '') && others.length === 0) return;
    throw new ConfigurationError(
      `The access token of ${issuer} is for ${listed(audiences)}, not for ${String(resource)} alone, and is not used. Register that resource (RFC 8707) at the issuer, or sign in with --issuer, --client-id and --audience or --scope.`,
    );
  }
  if (before === null) return;
  const known = audiencesOf(before.accessToken);
  if (known.length === audiences.length && known.every((each) => audiences.includes(each))) return;
  throw new ConfigurationError(
    `The renewed access token of ${issuer} is for ${listed(audiences)}, that of the login was for ${listed(known)}: it is not used.`,
  );
}

function listed(audiences: readonly string[]): string {
  return audiences.length === 0 ? 'no audience' : audiences.map((each) => JSON.stringify(each)).join(', ');
}

function originOf(text: string): string | null {
  return URL.canParse(text) ? new URL(text).origin : null;
}

/** Whom a JWT is for. */
export function audiencesOf(token: string): readonly string[] {
  const { aud } = claimsOf(token) ?? {};
  const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return all.filter((each) => typeof each === 'string');
}

/** The payload of a JWT; null for another token. Nothing is verified: the gateway does that. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof payload === 'object' && payload !== null ? { ...payload } : null;
  } catch {
    return null;
  }
}
