import { characterCount } from '../validation/text-rules.ts';
import { parsed, unauthenticated } from './result.ts';
import type { Parsed } from './result.ts';

/**
 * Which tokens are accepted, and how they are read. A dot in the name of a claim is part of the
 * name, not a path.
 */
export interface TokenSettings {
  /** E.g. `groups` or `cognito:groups`. */
  readonly groupsClaim: string;
  /** E.g. `scope` (RFC 9068) or `scp`. */
  readonly scopesClaim: string;
  /** Scopes that every token must have. */
  readonly requiredScopes: readonly string[];
  /** `access`: ID tokens and other tokens that are not access tokens are rejected. */
  readonly tokenTypes: 'access' | 'any';
  /** What a token counts as that has a mark neither of a service nor of a person. */
  readonly unknownKind: 'SERVICE' | 'USER';
}

/** The settings where none is given. */
export const defaultTokenSettings: TokenSettings = {
  groupsClaim: 'groups',
  scopesClaim: 'scope',
  requiredScopes: [],
  tokenTypes: 'access',
  unknownKind: 'SERVICE',
};

/** The payload of a JWT. */
export type Claims = Readonly<Record<string, unknown>>;

/** The most groups that a token may have, including scopes. */
const maxGroups = 200;

/** The most characters of a group's name. */
const maxGroupLength = 256;

/**
 * Prefix of the groups made from scopes. A group of the token must not begin with it: it could pass
 * for a scope.
 */
const scopePrefix = 'scope:';

/**
 * The value of a claim; undefined when the token lacks it. Inherited properties such as
 * `constructor` don't count.
 */
export function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/**
 * Whether a text has no control characters and survives a round trip through UTF-8, so that it can
 * be part of IDs and logs.
 */
export function isPlain(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** The strings of a claim; empty for an absent claim, null and the empty string. */
function stringsOf(name: string, claim: unknown, split: (text: string) => string[]): Parsed<string[]> {
  const given: unknown = typeof claim === 'string' ? split(claim) : (claim ?? []);
  if (!Array.isArray(given)) {
    return unauthenticated(
      `The claim ${name} of the token is not a list of strings or a string: configure the issuer to send a list of ` +
        `strings.`,
    );
  }
  const members: readonly unknown[] = given;
  const strings: string[] = [];
  for (const [index, member] of members.entries()) {
    if (typeof member !== 'string' || member === '' || !isPlain(member) || characterCount(member) > maxGroupLength) {
      return unauthenticated(
        `The claim ${name} of the token has an invalid value at index ${index}: configure the issuer to send ` +
          `strings of 1 to ${maxGroupLength} characters without control characters.`,
      );
    }
    strings.push(member);
  }
  return parsed(strings);
}

/**
 * The groups of a token: those of the groups claim, then `scope:<name>` for each scope, without
 * duplicates, in the order of the claims. A token without a required scope is rejected.
 *
 * A groups claim that is a string is one group, even with spaces and commas: issuers write a list
 * of one as a string, and splitting `Platform Admins` would grant groups that the issuer did not.
 */
export function groupsOf(
  claims: Claims,
  { groupsClaim, scopesClaim, requiredScopes }: TokenSettings,
): Parsed<string[]> {
  const groups = stringsOf(groupsClaim, claimOf(claims, groupsClaim), (text) => (text === '' ? [] : [text]));
  if (groups.kind === 'unauthenticated') return groups;
  if (groups.value.some((group) => group.startsWith(scopePrefix))) {
    return unauthenticated(
      `The claim ${groupsClaim} of the token has a group that begins with "${scopePrefix}", which is reserved for ` +
        `scopes: rename the group.`,
    );
  }
  const scopes = stringsOf(scopesClaim, claimOf(claims, scopesClaim), (text) =>
    text.split(' ').filter((scope) => scope !== ''),
  );
  if (scopes.kind === 'unauthenticated') return scopes;
  const missing = requiredScopes.filter((scope) => !scopes.value.includes(scope));
  if (missing.length > 0) {
    return unauthenticated(
      `The token lacks the scope ${missing.join(' ')}, which this gateway requires: request a token with it.`,
    );
  }
  const all = [...new Set([...groups.value, ...scopes.value.map((scope) => `${scopePrefix}${scope}`)])];
  if (all.length > maxGroups) {
    return unauthenticated(
      `The token has ${all.length} groups and scopes; at most ${maxGroups} are accepted: configure the issuer to ` +
        `send only those that this API needs.`,
    );
  }
  return parsed(all);
}
