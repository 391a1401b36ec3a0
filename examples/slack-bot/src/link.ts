import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import * as oidc from 'openid-client';
import type { Person } from './people.ts';
import { inTurn, keyOf } from './people.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';

/** An account of the issuer, linked to a person in Slack. */
interface Link {
  /** The account's name, for people. */
  readonly name: string;
  /** Whom the gateway calls the account; absent while it has not been asked. */
  readonly principalId?: string;
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly refreshToken: string | null;
}

interface SignIn extends Person {
  readonly verifier: string;
  readonly nonce: string;
}

interface Unconfirmed {
  readonly link: Link;
  readonly codeHash: string;
  readonly attempts: number;
}

/**
 * The person has no link, or it has ended. The bot can do nothing for them until they link an
 * account.
 */
export class NotLinkedError extends Error {}

/** The issuer did not complete a sign-in or a renewal. */
export class IssuerError extends Error {}

const signInSeconds = 600;
/** A link that is not used for this time ends. */
const linkSeconds = 30 * 24 * 3_600;
const mostAttempts = 5;
/** A token is renewed before it ends. */
const marginMs = 30_000;
/** Without letters and digits that look alike. */
// cspell:disable-next-line
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ23456789';

export type AccountLinks = ReturnType<typeof makeAccountLinks>;

/**
 * Links accounts of the issuer to people in Slack: authorization code flow with PKCE, state and
 * nonce. A link is in force only once the person has sent, in Slack, the code that the browser
 * shows after the sign-in. So a person who opens the link of another one signs in for nothing: the
 * code is valid only for who asked for the link, and only the one who signed in sees it.
 */
export function makeAccountLinks({ oidc: settings, publicUrl }: Settings, store: Store) {
  const redirectUri = `${publicUrl}/link/callback`;
  let found: Promise<oidc.Configuration> | undefined;
  const issuer = () => (found ??= discover(settings).catch(forget));
  const forget = (error: unknown): never => {
    found = undefined;
    throw new IssuerError('The identity provider does not answer. Try again later.', { cause: error });
  };

  /**
   * The URL at which the person signs in: one-time, for ten minutes. Only for the eyes of the
   * person.
   */
  async function begin(person: Person): Promise<string> {
    const [state, verifier, nonce] = [oidc.randomState(), oidc.randomPKCECodeVerifier(), oidc.randomNonce()];
    const signIn: SignIn = { ...person, verifier, nonce };
    const config = await issuer();
    await store.set(`sign-in:${state}`, signIn, signInSeconds);
    const url = oidc.buildAuthorizationUrl(config, {
      ...settings.parameters,
      redirect_uri: redirectUri,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return url.href;
  }

  /**
   * Ends a sign-in. Returns the code that the person has to send in Slack, and whose account and
   * whose link it is.
   */
  async function finish(query: URLSearchParams): Promise<{ code: string; name: string; user: string }> {
    const state = query.get('state') ?? '';
    const signIn = await store.take<SignIn>(`sign-in:${state}`);
    if (signIn === null)
      throw new IssuerError('This link was used already, or is too old. Ask for a new one in Slack.');
    const { verifier, nonce, team, user } = signIn;
    const tokens = await oidc
      .authorizationCodeGrant(await issuer(), new URL(`${redirectUri}?${query.toString()}`), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      .catch((error: unknown) => {
        throw new IssuerError('The sign-in was not completed. Ask for a new link in Slack.', { cause: error });
      });
    const claims = tokens.claims();
    const names = [claims?.preferred_username, claims?.email, claims?.sub];
    const name = names.find((one) => typeof one === 'string') ?? 'an account without a name';
    const code = Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('');
    const unconfirmed: Unconfirmed = { link: linkOf(tokens, name, null), codeHash: hashOf(code), attempts: 0 };
    await store.set(`unconfirmed:${keyOf({ team, user })}`, unconfirmed, signInSeconds);
    return { code: `${code.slice(0, 4)}-${code.slice(4)}`, name, user };
  }

  /**
   * Puts the link of a person in force. Returns the account's name; null if the code is not the one
   * that their browser shows.
   */
  async function confirm(person: Person, code: string): Promise<string | null> {
    const key = `unconfirmed:${keyOf(person)}`;
    const unconfirmed = await store.take<Unconfirmed>(key);
    if (unconfirmed === null) return null;
    const given = Buffer.from(hashOf(code.replaceAll(/[-\s]/g, '').toUpperCase()));
    if (!timingSafeEqual(given, Buffer.from(unconfirmed.codeHash))) {
      const attempts = unconfirmed.attempts + 1;
      if (attempts < mostAttempts) await store.set(key, { ...unconfirmed, attempts }, signInSeconds);
      return null;
    }
    const linkKey = `link:${keyOf(person)}`;
    // After a renewal that has begun, which would put the account before in force again.
    await inTurn(linkKey, () => store.set(linkKey, unconfirmed.link, linkSeconds));
    return unconfirmed.link.name;
  }

  /** Notes whom the gateway calls the account of a person, so that they are told of what concerns it. */
  async function nameAccount(person: Person, principalId: string): Promise<void> {
    const key = `link:${keyOf(person)}`;
    await inTurn(key, async () => {
      const link = await store.get<Link>(key);
      if (link !== null) await store.set(key, { ...link, principalId }, linkSeconds);
    });
    await store.set(`account:${principalId}`, person, linkSeconds);
  }

  /** Who linked an account, to be told of what concerns it; null: nobody. */
  async function personOf(principalId: string): Promise<Person | null> {
    const person = await store.get<Person>(`account:${principalId}`);
    if (person === null) return null;
    const link = await store.get<Link>(`link:${keyOf(person)}`);
    return link?.principalId === principalId ? person : null;
  }

  /**
   * A token of the person, valid for at least some seconds.
   *
   * @throws {@link NotLinkedError}, and {@link IssuerError} if the issuer does not answer
   */
  function accessToken(person: Person): Promise<string> {
    const key = `link:${keyOf(person)}`;
    // One renewal at a time: a refresh token that is used twice ends the session at many issuers.
    return inTurn(key, async () => {
      const link = await store.get<Link>(key);
      if (link === null) throw new NotLinkedError('Your Slack user is not linked to an account.');
      if (link.expiresAt - Date.now() > marginMs) return link.accessToken;
      const renewed = link.refreshToken && (await renew(await issuer(), link, link.refreshToken));
      if (!renewed) {
        await store.take(key);
        throw new NotLinkedError('Your sign-in has ended.');
      }
      const { principalId } = link;
      await store.set(key, { ...renewed, ...(principalId !== undefined && { principalId }) }, linkSeconds);
      if (principalId !== undefined) await store.set(`account:${principalId}`, person, linkSeconds);
      return renewed.accessToken;
    });
  }

  /**
   * Ends the link, here and at the issuer, after a renewal that has begun. Returns whether there
   * was one.
   */
  async function unlink(person: Person): Promise<boolean> {
    const key = `link:${keyOf(person)}`;
    const link = await inTurn(key, () => store.take<Link>(key));
    if (link?.refreshToken) await oidc.tokenRevocation(await issuer(), link.refreshToken).catch(() => undefined);
    return link !== null;
  }

  const isLinked = async (person: Person) => (await store.get(`link:${keyOf(person)}`)) !== null;
  return { begin, finish, confirm, accessToken, isLinked, nameAccount, personOf, unlink };
}

/** The endpoints of the issuer. http is for this machine only, by the settings. */
function discover({ issuer, clientId, clientSecret }: Settings['oidc']): Promise<oidc.Configuration> {
  const authentication = clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
  return oidc.discovery(new URL(issuer), clientId, undefined, authentication, {
    // oxlint-disable-next-line typescript/no-deprecated -- deprecated to make it stand out
    ...(issuer.startsWith('http:') && { execute: [oidc.allowInsecureRequests] }),
  });
}

/** The renewed link; null if the issuer has ended the session. */
async function renew(config: oidc.Configuration, link: Link, refreshToken: string): Promise<Link | null> {
  try {
    return linkOf(await oidc.refreshTokenGrant(config, refreshToken), link.name, refreshToken);
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError && error.error === 'invalid_grant') return null;
    throw new IssuerError('The identity provider did not renew your sign-in. Try again later.', { cause: error });
  }
}

/** @param before the refresh token that stays in force where the issuer sends no new one */
function linkOf(tokens: oidc.TokenEndpointResponse, name: string, before: string | null): Link {
  const expiresAt = Date.now() + (tokens.expires_in ?? 300) * 1_000;
  return { name, accessToken: tokens.access_token, expiresAt, refreshToken: tokens.refresh_token ?? before };
}

const hashOf = (code: string) => createHash('sha256').update(code).digest('hex');
