import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { EksSimulator } from '#eks-simulator';
import type { ChangeKind, OutsideChange } from '../facts.ts';
import type { CaseRequest } from './case-request.ts';

/** The service account of all cases. Each case has its own backend. */
const target = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
const tags = { team: 'payments' };
const role = (name: string) => `arn:aws:iam::111122223333:role/pods/payments/${name}`;

/** The requested role, and the role of the existing association and of changes outside the gateway. */
const requestedRole = role('payments-api');
const existingRole = role('payments-worker');

/** Creates the association that the case changes or deletes, directly at EKS. */
export function createExisting({ control }: EksSimulator): OutsideChange {
  return outsideChange('create', control.createAssociation({ ...target, roleArn: existingRole, tags }));
}

/** The fact of a change that the simulator has just made outside of its API. Its `modifiedAt` is in seconds. */
function outsideChange(
  kind: ChangeKind,
  { associationId, roleArn, modifiedAt }: { associationId: string; roleArn: string; modifiedAt: number },
): OutsideChange {
  const at = Math.round(modifiedAt * 1_000);
  return { kind, associationId, roleArn: kind === 'delete' ? null : roleArn, at, visibleAt: at, modifiedAt: at };
}

/**
 * The GraphQL input of a request. The token is also sent as `reason`, because the audit trail stores the reason only.
 */
export function inputOf(request: CaseRequest): object {
  const { kind, associationId, by, expectedModifiedAt, adopts, other, invalid } = request;
  const common = { clusterName: target.clusterName, clientRequestToken: 'first', reason: 'first' };
  const invalidFields = invalid ? { clusterName: 'no cluster/at all' } : {};
  const otherFields = other ? { disableSessionTags: true } : {};
  const expected =
    expectedModifiedAt === null ? {} : { expectedModifiedAt: new Date(expectedModifiedAt).toISOString() };
  const existing = { ...common, associationId, ...expected };
  if (kind === 'delete' || kind === 'adopt') return { ...existing, ...invalidFields };
  // Others set something else than the request.
  if (kind === 'update' && by === 'pat') return { ...existing, disableSessionTags: true };
  if (kind === 'update') return { ...existing, roleArn: requestedRole, ...otherFields, ...invalidFields };
  const { namespace, serviceAccount } = target;
  const list = [{ key: 'team', value: 'payments' }];
  const ifExists = adopts ? { ifExists: 'ADOPT' } : {};
  const binding = { ...common, namespace, serviceAccount, roleArn: requestedRole, tags: list, ...ifExists };
  return { ...binding, ...otherFields, ...invalidFields };
}

/** Makes the change directly at EKS first, if it is still possible: a create with the requested role or another. Returns it; null if it was not possible. */
export function changeOutside(
  { control }: EksSimulator,
  kind: ChangeKind,
  associationId: string | null,
  isAsRequested = false,
): OutsideChange | null {
  if (associationId === null) {
    if (control.associations().length > 0) return null;
    const roleArn = isAsRequested ? requestedRole : existingRole;
    return outsideChange(kind, control.createAssociation({ ...target, roleArn, tags }));
  }
  const existing = control.updateAssociation(associationId, { disableSessionTags: true });
  // A delete has no `modifiedAt`: it comes right after an update, which sets it.
  if (kind === 'delete') control.deleteAssociation(associationId);
  return existing && outsideChange(kind, existing);
}

/** Longest read lag at EKS that the gateway allows for. Milliseconds. */
const lagMs = defaultTimes.listLagMs;

const operations = {
  create: 'CreatePodIdentityAssociation',
  update: 'UpdatePodIdentityAssociation',
  delete: 'DeletePodIdentityAssociation',
} as const;

/** Delays the visibility of the next change of this kind by the longest allowed lag. */
export function delayReads({ control }: EksSimulator, kind: ChangeKind): void {
  control.addFault({ operation: operations[kind], kind: 'lag', delayMs: lagMs });
}
