import type { Conclusion, RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { Association } from '../../model/association.ts';
import { refusalFields } from '../../model/refusal.ts';
import { nothing, success } from './conclusions.ts';

/** The association at its expiry is not as an operation of the gateway left or adopted it. */
export function changedOutside(existing: Association): RefusedConclusion {
  const { associationId, modifiedAt } = existing;
  const message = `The association ${associationId} was changed outside the gateway, last modified at ${modifiedAt}, and not adopted since; so it was not ended.`;
  return refusedAs('ASSOCIATION_CHANGED', message, existing);
}

/** The expiry of the association was set, or cleared, and nothing else. */
export function expirySet(association: Association, expiresAt: string | null): Conclusion {
  const what = expiresAt === null ? 'does not end by itself any more' : `ends at ${expiresAt}`;
  return { ...success(association, `The association ${what}; nothing was changed at EKS.`), outcome: 'ENDING_SET' };
}

/** `expiresAt` is too near to when the request arrived, or too far. */
export function expiresAtOutOfRange(message: string, advice: string): RefusedConclusion {
  const outcome = 'EXPIRES_AT_OUT_OF_RANGE';
  const findings = [{ path: 'expiresAt', rule: 'expires-at-in-range', message, advice }];
  const refusal = { ...refusalFields(outcome, message), kind: 'InvalidInput', findings } as const;
  return { ...nothing, outcome, message, refusal };
}

/**
 * An update of the expiry alone, of an association whose present version no operation made or
 * adopted.
 */
export function notConfirmed(existing: Association): RefusedConclusion {
  const { associationId, modifiedAt } = existing;
  const message = `The association ${associationId} was modified at ${modifiedAt} outside the gateway, and was not adopted since.`;
  return refusedAs('ASSOCIATION_NOT_CONFIRMED', message, existing);
}

function refusedAs(
  outcome: 'ASSOCIATION_CHANGED' | 'ASSOCIATION_NOT_CONFIRMED',
  message: string,
  existing: Association,
): RefusedConclusion {
  const refusal = {
    ...refusalFields(outcome, message),
    kind: 'AssociationChanged',
    existing,
    differences: null,
  } as const;
  return { ...nothing, outcome, message, refusal, associationArn: existing.associationArn };
}
