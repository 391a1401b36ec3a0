import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { EksSimulator } from '#eks-simulator';
import type { ChangeKind, OutsideChange } from '../facts.ts';
import { heldPrefix } from '../stored.ts';
import type { CaseRequest } from './case-request.ts';
import type { EksLog, LoggedAssociation } from './eks-log.ts';

/** The service account of a case, by whether its changes need an approval. Each case has its own backend. */
export const targetOf = (isHeld = false) => ({
  ...cluster,
  namespace: 'payments',
  serviceAccount: isHeld ? heldPrefix : 'api',
});
const cluster = { clusterName: 'apps-dev' };
const tags = { team: 'payments' };
const role = (name: string) => `arn:aws:iam::111122223333:role/pods/payments/${name}`;

/** The requested role, and the role of the existing association and of changes outside the gateway. */
const requestedRole = role('payments-api');
const existingRole = role('payments-worker');

/** The backend that others change directly. */
interface ChangedBackend {
  readonly simulator: EksSimulator;
  readonly eksLog: EksLog;
}

/** The tags of the association that a request creates. */
const requestedTags = [{ key: 'team', value: 'payments' }];

/** The tag that a case sets or removes, and what it is before. */
const costCenter = 'cost-center';
const existingTags = { ...tags, [costCenter]: 'old' };

/** Creates the association that the case changes or deletes, directly at EKS. */
export function createExisting(backend: ChangedBackend, isHeld: boolean): OutsideChange {
  const { control } = backend.simulator;
  const created = control.createAssociation({ ...targetOf(isHeld), roleArn: existingRole, tags: existingTags });
  return outsideChange(backend, 'create', created);
}

/** Logs a change that the simulator has just made outside of its API, and returns its fact. Its `modifiedAt` is in seconds. */
function outsideChange({ eksLog }: ChangedBackend, kind: ChangeKind, association: LoggedAssociation): OutsideChange {
  const { associationId, roleArn, modifiedAt } = association;
  const at = Math.round(modifiedAt * 1_000);
  eksLog.changedOutside(kind, association);
  return { kind, associationId, roleArn: kind === 'delete' ? null : roleArn, at, visibleAt: at, modifiedAt: at };
}

/**
 * The GraphQL input of a request. The token is also sent as `reason`, because the audit trail stores the reason only.
 */
export function inputOf(request: CaseRequest): object {
  if (request.ensures) return desiredBy(request);
  const { kind, associationId, by, expectedModifiedAt, adopts, declares, other, invalid, held, expiresAt } = request;
  const common = { ...cluster, clientRequestToken: 'first', reason: 'first' };
  const invalidFields = invalid ? { clusterName: 'no cluster/at all' } : {};
  const otherFields = other ? { disableSessionTags: true } : {};
  const expected =
    expectedModifiedAt === null ? {} : { expectedModifiedAt: new Date(expectedModifiedAt).toISOString() };
  const existing = { ...common, associationId, ...expected };
  if (kind === 'delete' || kind === 'adopt') return { ...existing, ...invalidFields };
  if (kind === 'untag') return { ...existing, tagKeys: [costCenter, ...(other ? ['other'] : [])], ...invalidFields };
  if (kind === 'tag')
    return { ...existing, tags: [{ key: costCenter, value: other ? 'other' : '42' }], ...invalidFields };
  // Others set something else than the request.
  if (kind === 'update' && by === 'pat')
    return { ...existing, disableSessionTags: true, ...(declares ? { declaration } : {}) };
  const ends = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() };
  if (kind === 'update') return { ...existing, roleArn: requestedRole, ...ends, ...otherFields, ...invalidFields };
  const { namespace, serviceAccount } = targetOf(held);
  const ifExists = adopts ? { ifExists: 'ADOPT' } : {};
  const binding = { ...common, namespace, serviceAccount, roleArn: requestedRole, tags: requestedTags, ...ifExists };
  return { ...binding, ...otherFields, ...invalidFields };
}

/** Who declares the desired states. */
const declaration = 'matrix';

/** The desired state that is reached by a change of this kind. */
function desiredBy(request: CaseRequest): object {
  const { kind, held, takesOver } = request;
  const named = { declaration: declarationOf(request), ...(takesOver && { takeOver: true }) };
  const common = { ...targetOf(held), ...named, reason: 'first' };
  const roleArn = desiredRoleOf(request);
  if (roleArn === null) return common;
  const association = { ...common, roleArn };
  return kind === 'create' ? { ...association, tags: requestedTags } : association;
}

/** The declaration of a desired state. */
export function declarationOf({ declaredBy }: CaseRequest): string {
  return declaredBy ?? declaration;
}

/** The role of the desired state, others desire another one; null if there shall be no association. */
export function desiredRoleOf({ kind, by }: CaseRequest): string | null {
  if (kind === 'delete') return null;
  return by === 'pat' ? existingRole : requestedRole;
}

/** How a change outside resembles the request of the case. */
interface Likeness {
  /** Whether a create has the requested role. */
  readonly isAsRequested: boolean;
  readonly isHeld: boolean;
  /** Whether an update sets another role. */
  readonly hasOtherRole: boolean;
}

/** Makes the change directly at EKS first, if it is still possible. Returns it; null if it was not possible. */
export function changeOutside(
  backend: ChangedBackend,
  kind: ChangeKind,
  associationId: string | null,
  { isAsRequested, isHeld, hasOtherRole }: Likeness,
): OutsideChange | null {
  const { control } = backend.simulator;
  if (associationId === null) {
    if (control.associations().length > 0) return null;
    const roleArn = isAsRequested ? requestedRole : existingRole;
    return outsideChange(backend, kind, control.createAssociation({ ...targetOf(isHeld), roleArn, tags }));
  }
  if (kind === 'tag' || kind === 'untag') return tagsOutside(backend, kind, associationId);
  const roleOfOthers = hasOtherRole ? { roleArn: existingRole } : {};
  const existing = control.updateAssociation(associationId, { disableSessionTags: true, ...roleOfOthers });
  if (existing === null) return null;
  const updated = outsideChange(backend, 'update', existing);
  if (kind !== 'delete') return updated;
  // A delete has no `modifiedAt`: it comes right after an update, which sets it.
  control.deleteAssociation(associationId);
  return outsideChange(backend, kind, existing);
}

/** Others set another value than the request, or the one before it. */
function tagsOutside(backend: ChangedBackend, kind: 'tag' | 'untag', associationId: string): OutsideChange | null {
  const { control } = backend.simulator;
  const before = control.associations().find((one) => one.associationId === associationId);
  const value = kind === 'tag' ? 'outside' : 'old';
  const changed = before && control.updateAssociation(associationId, { tags: { ...before.tags, [costCenter]: value } });
  return changed ? outsideChange(backend, kind, changed) : null;
}

/** How long EKS does not know the requested role. Seconds; shorter than a lease. */
const roleMissingS = 30;

/** EKS refuses the requested role: for some time, or in the next change. */
export function refuseRole({ control }: EksSimulator, kind: ChangeKind, how: 'missing' | 'not passable'): void {
  if (how === 'not passable') control.addFault({ operation: operations[kind], kind: 'access-denied' });
  for (const role of control.roles())
    if (how === 'missing' && role.arn === requestedRole) control.addRole({ ...role, existsFrom: roleMissingS });
}

/** Longest read lag at EKS that the gateway allows for. Milliseconds. */
const lagMs = defaultTimes.listLagMs;

const operations = {
  create: 'CreatePodIdentityAssociation',
  update: 'UpdatePodIdentityAssociation',
  delete: 'DeletePodIdentityAssociation',
  tag: 'TagResource',
  untag: 'UntagResource',
} as const;

/** Delays the visibility of the next change of this kind by the longest allowed lag. */
export function delayReads({ control }: EksSimulator, kind: ChangeKind): void {
  control.addFault({ operation: operations[kind], kind: 'lag', delayMs: lagMs });
}
