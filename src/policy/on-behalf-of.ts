import type { DeniedSubject, InventorySlice, Violation } from '../model/decision.ts';
import { personPrincipal } from './entities.ts';
import type { AuthorizationContext } from './policy.ts';

/** The policy decision on a request of one principal. */
export interface Verdict {
  readonly allowed: boolean;
  /** The policies that determined it, sorted. */
  readonly policyIds: readonly string[];
  /** Empty exactly when allowed. */
  readonly violations: readonly Violation[];
}

/**
 * The context of the same request by the person in `onBehalfOf`: as with a token that this person gave the service
 * (RFC 8693), the person is the principal and the service its actor. Null where the slice has no such person.
 */
export function contextOfPerson(context: AuthorizationContext, slice: InventorySlice): AuthorizationContext | null {
  if (context.onBehalfOf === null || slice.person === undefined) return null;
  const { principal, actor } = context.identity;
  const identity = {
    ...context.identity,
    principal: personPrincipal(slice.person),
    actor: principal.kind === 'SERVICE' ? principal : actor,
  };
  return { ...context, identity, onBehalfOf: null };
}

/**
 * The decision on a request that must be permitted to the principal and to the person in `onBehalfOf`. A policy that forbids it
 * to both is one violation; missing permits of both are two.
 *
 * @param name the person, as the request names them
 */
export function bothOf(principal: Verdict, person: Verdict, name: string): Verdict {
  const allowed = principal.allowed && person.allowed;
  const deciding = [principal, person].filter((one) => allowed || !one.allowed);
  const isShared = ({ policyId }: Violation, { violations }: Verdict) =>
    policyId !== defaultDenyId && violations.some((other) => other.policyId === policyId);
  const ofPrincipal = principal.violations.map((one) => deniedTo(isShared(one, person) ? 'BOTH' : 'PRINCIPAL', one));
  const ofPerson = person.violations
    .filter((one) => !isShared(one, principal))
    .map((one) => deniedTo('ON_BEHALF_OF', one.policyId === defaultDenyId ? one : naming(name, one)));
  const violations = [...ofPrincipal, ...ofPerson];
  return {
    allowed,
    policyIds: [...new Set(deciding.flatMap(({ policyIds }) => policyIds))].sort(),
    violations: [...violations.filter(isForbid), ...violations.filter((one) => !isForbid(one))],
  };
}

/** Whom the violations of a denial concern. */
export function deniedSubjectOf(violations: readonly Violation[]): DeniedSubject {
  const subjects = new Set(violations.map(({ deniedTo = 'PRINCIPAL' }) => deniedTo));
  const [only = 'PRINCIPAL'] = subjects;
  return subjects.size > 1 ? 'BOTH' : only;
}

const defaultDenyId = 'default-deny';

/** Whether a violation is by a forbid, and not because no permit applies. */
export function isForbid({ policyId }: Violation): boolean {
  return policyId !== defaultDenyId;
}

function deniedTo(subject: DeniedSubject, violation: Violation): Violation {
  return { ...violation, deniedTo: subject };
}

/** The text of a policy speaks to the principal. */
function naming(name: string, violation: Violation): Violation {
  return { ...violation, message: `${violation.message} (This concerns ${name}, the person in onBehalfOf.)` };
}
