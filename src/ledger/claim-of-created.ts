import { isValid } from 'ulid';
import { operationIdOf } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';

/**
 * Proof that an operation created an association: a later operation found its ownership tag on it,
 * and was claimed before it changed or deleted the association.
 */
export interface ClaimOfCreated {
  /** The operation that created the association. A ULID. */
  readonly createdBy: string;
  /** The operation whose INTENT has the association in `before`. A ULID. */
  readonly claimedBy: string;
}

/**
 * The proofs that follow from the entries of a commit. A tag that is not an operation's id is not
 * the gateway's.
 */
export function claimsOfCreated(entries: readonly AuditEntry[]): ClaimOfCreated[] {
  return entries.flatMap(({ event, before, operationId: claimedBy }) => {
    const createdBy = event === 'INTENT' && before ? operationIdOf(before) : null;
    return createdBy !== null && isValid(createdBy) ? [{ createdBy, claimedBy }] : [];
  });
}
