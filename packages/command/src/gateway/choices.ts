import { UsageError } from '../aws/errors.ts';
import type { Value } from '../aws/value.ts';
import type {
  ApprovalState,
  AssociationOrigin,
  AuditEvent,
  DriftSource,
  IfExists,
} from '../../../client/src/generated/operations.ts';

/**
 * The values of each parameter that is an enum of the gateway. The types make the lists complete.
 */
interface Choices {
  readonly events: AuditEvent;
  readonly ifExists: IfExists;
  readonly origin: AssociationOrigin;
  readonly source: DriftSource;
  readonly state: ApprovalState;
}

const choices: { readonly [Name in keyof Choices]: Readonly<Record<Choices[Name], true>> } = {
  events: {
    APPROVAL_EXPIRED: true,
    APPROVAL_REQUESTED: true,
    APPROVAL_USED: true,
    APPROVAL_VOTE_VOIDED: true,
    APPROVAL_WITHDRAWN: true,
    APPROVED: true,
    CHECKED: true,
    CONTENDED: true,
    DENIED: true,
    DRIFT_FOUND: true,
    DRIFT_RESOLVED: true,
    EXPIRY_WARNED: true,
    INTENT: true,
    INVALID: true,
    LATE_SUCCESS: true,
    LOCKED: true,
    LOG_PERMITTED: true,
    PERSONAL_DATA_ERASED: true,
    REFUSED: true,
    REJECTED: true,
    RELEASED: true,
    REPLAYED: true,
    STATE_REPAIRED: true,
    CLUSTER_GONE: true,
    SUCCEEDED: true,
    TAKEN_OVER: true,
    TOKEN_REUSED: true,
    TRAIL_READ: true,
    UNKNOWN: true,
    UNLOCKED: true,
  },
  ifExists: { REFUSE: true, ADOPT: true },
  origin: { ADD_ON: true, ADOPTED: true, OPERATION: true, OUTSIDE: true },
  source: { EKS: true, SCAN: true },
  state: { APPROVED: true, EXPIRED: true, PENDING: true, REJECTED: true, USED: true, WITHDRAWN: true },
};

/** The events of audit entries. */
export const eventNames: readonly string[] = Object.keys(choices.events).sort();

/**
 * The value of a parameter, which may be written in any case; undefined if it is not given.
 *
 * @throws {@link UsageError} if it is none of the choices
 */
export function choiceOf<Name extends keyof Choices>(name: Name, value: Value | undefined): Choices[Name] | undefined {
  return typeof value === 'string' ? chosen(name, value) : undefined;
}

/** As {@link choiceOf}, for values that are separated by commas. */
export function choicesOf<Name extends keyof Choices>(
  name: Name,
  value: Value | undefined,
): readonly Choices[Name][] | undefined {
  return typeof value === 'string' ? value.split(',').map((one) => chosen(name, one.trim())) : undefined;
}

function chosen<Name extends keyof Choices>(name: Name, value: string): Choices[Name] {
  const names = Object.keys(choices[name]) as Choices[Name][];
  const found = names.find((one) => one === value.toUpperCase());
  if (found) return found;
  const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`argument --${option}: Invalid choice '${value}', valid choices are: ${names.join(', ')}`);
}
