import type { Association } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Decision } from '../model/decision.ts';
import { boundedHidden } from './entry-size.ts';

// An entry about an association that its principal may not view. The principal was answered that it
// does not exist; the stored entry says more, to those who may read the trail of the namespace or
// of the gateway.

/** An association that a principal asked to change and may not view. */
export interface HiddenAssociation {
  readonly association: Association;
  /** Why the principal may not view it. */
  readonly decision: Decision;
}

/** The entry with what is hidden from its principal, which {@link asAnswered} takes out again. */
export function withHidden(entry: AuditEntry, { association, decision }: HiddenAssociation): AuditEntry {
  const { accountId, region, clusterName, namespace, serviceAccount, associationArn } = association;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  const event = entry.event === 'REFUSED' ? 'DENIED' : entry.event;
  return boundedHidden(entry, { ...entry, event, target, before: association, decision, associationArn });
}

/**
 * Whether an entry says what its principal may not know. No other request finds a target and no
 * association.
 */
export function isHidden({ event, refusalCode, target }: AuditEntry): boolean {
  return (event === 'DENIED' || event === 'CHECKED') && refusalCode === 'ASSOCIATION_NOT_FOUND' && target !== null;
}

/**
 * The entry as its principal was answered: for an association that is hidden, as if it did not
 * exist.
 */
export function asAnswered(entry: AuditEntry): AuditEntry {
  if (!isHidden(entry)) return entry;
  const event = entry.event === 'DENIED' ? 'REFUSED' : entry.event;
  const omitted = entry.omitted.filter((path) => !/^(before|decision)\b/.test(path));
  return { ...entry, event, target: null, before: null, decision: null, associationArn: null, omitted };
}
