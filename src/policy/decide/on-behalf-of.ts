import type { DeniedSubject, InventorySlice, Violation } from '../../model/decision.ts';
import type { AuthorizationContext } from '../policy.ts';
import { personPrincipal } from '../entities/slice.ts';

/** The policy decision on a request of one principal. */
export interface Verdict {
  readonly allowed: boolean;
  /** The policies that determined it, sorted. */
  readonly policyIds: readonly string[];
  /** Empty exactly when allowed. */
  readonly violations: readonly Violation[];
  /** Whether only policies that an approval lifts deny it: these are `policyIds`. */
  readonly needsApproval: boolean;
  /** The permits that apply, sorted; absent unless `needsApproval`. */
  readonly permittedBy?: readonly string[];
}

/**
 * The context of the same request by the person in `onBehalfOf`: as with a token that this person
 * gave the service (RFC 8693), the person is the principal and the service its actor. Null where
 * the slice has no such person.
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
 * The decision on a request that must be permitted to the principal and to the person in
 * `onBehalfOf`. A policy that forbids it to both is one violation; missing permits of both are two.
 * A policy that an approval lifts for both is one need.
 *
 * @param name the person, as the request names them
 */
export function bothOf(principal: Verdict, person: Verdict, name: string): Verdict {
  const allowed = principal.allowed && person.allowed;
  const isDenied = (one: Verdict) => !one.allowed && !one.needsApproval;
  // What is denied to one of them needs no approval for the other.
  const denied = [principal, person].filter(isDenied);
  const deciding = denied.length > 0 ? denied : [principal, person].filter((one) => allowed || !one.allowed);
  const [violationsOfPrincipal, violationsOfPerson] = [principal, person].map((one) =>
    deciding.includes(one) ? one.violations : [],
  ) as [readonly Violation[], readonly Violation[]];
  const isShared = ({ policyId }: Violation, others: readonly Violation[]) =>
    policyId !== defaultDenyId && others.some((other) => other.policyId === policyId);
  const ofPrincipal = violationsOfPrincipal.map((one) =>
    deniedTo(isShared(one, violationsOfPerson) ? 'BOTH' : 'PRINCIPAL', one),
  );
  const ofPerson = violationsOfPerson
    .filter((one) => !isShared(one, violationsOfPrincipal))
    .map((one) => deniedTo('ON_BEHALF_OF', one.policyId === defaultDenyId ? one : naming(name, one)));
  const violations = [...ofPrincipal, ...ofPerson];
  const needsApproval = !allowed && denied.length === 0;
  const permits = [principal, person].flatMap((one) => one.permittedBy ?? (one.allowed ? one.policyIds : []));
  return {
    allowed,
    needsApproval,
    ...(needsApproval ? { permittedBy: [...new Set(permits)].sort() } : {}),
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
