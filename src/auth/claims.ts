import { characterCount } from '../validation/text-rules.ts';
import { notAuthenticated, read } from './identity.ts';
import type { Read } from './identity.ts';

/** Which claims say what a principal belongs to. A name is taken whole: a dot in it leads nowhere. */
export interface ClaimSettings {
  /** E.g. `groups` or `cognito:groups`. */
  readonly groupsClaim: string;
  /** E.g. `scope` (RFC 9068) or `scp`. */
  readonly scopesClaim: string;
}

/** The payload of a JWT. */
export type Claims = Readonly<Record<string, unknown>>;

/** Groups that a token may bring along, scopes among them. */
const maxGroups = 200;

/** Characters of a group's name. */
const maxGroupLength = 256;

/** What a scope's group begins with, so that no group of the issuer's directory can pass for a scope. */
const scopePrefix = 'scope:';

/** A claim of the token itself; undefined when it is absent. Names such as `constructor` find nothing else. */
export function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/** Whether a text can stand in ids and logs, and comes back from a store in UTF-8 as it was. */
export function isPlain(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** The texts of a claim. Absent, null, and the empty string: none. */
function textsOf(name: string, claim: unknown, split: (text: string) => string[]): Read<string[]> {
  const given: unknown = typeof claim === 'string' ? split(claim) : (claim ?? []);
  if (!Array.isArray(given)) {
    return notAuthenticated(
      `The claim ${name} of the token is neither a list nor a text: have it issued as a list of texts.`,
    );
  }
  const members: readonly unknown[] = given;
  const texts: string[] = [];
  for (const [index, member] of members.entries()) {
    if (typeof member !== 'string' || member === '' || !isPlain(member) || characterCount(member) > maxGroupLength) {
      return notAuthenticated(
        `The claim ${name} of the token has, at index ${index}, something else than a text of 1 to ${maxGroupLength} characters without control characters: have it issued as a list of such texts.`,
      );
    }
    texts.push(member);
  }
  return read(texts);
}

/**
 * The groups of a token: those of the groups claim, and `scope:<name>` for each scope. Each is there once, in the order of
 * the claims.
 *
 * A groups claim that is one text is one group, whatever blanks and commas it has: issuers write a list of one as a text,
 * and to take `Platform Admins` apart would hand out groups that nobody granted.
 */
export function groupsOf(claims: Claims, { groupsClaim, scopesClaim }: ClaimSettings): Read<string[]> {
  const groups = textsOf(groupsClaim, claimOf(claims, groupsClaim), (text) => (text === '' ? [] : [text]));
  if (groups.kind === 'unauthenticated') return groups;
  if (groups.value.some((group) => group.startsWith(scopePrefix))) {
    return notAuthenticated(
      `The claim ${groupsClaim} of the token has a group that begins with "${scopePrefix}", as only scopes may: have the group renamed.`,
    );
  }
  const scopes = textsOf(scopesClaim, claimOf(claims, scopesClaim), (text) =>
    text.split(' ').filter((scope) => scope !== ''),
  );
  if (scopes.kind === 'unauthenticated') return scopes;
  const all = [...new Set([...groups.value, ...scopes.value.map((scope) => `${scopePrefix}${scope}`)])];
  if (all.length > maxGroups) {
    return notAuthenticated(
      `The token has ${all.length} groups and scopes; at most ${maxGroups} are accepted: have the issuer send only those that concern this API.`,
    );
  }
  return read(all);
}
