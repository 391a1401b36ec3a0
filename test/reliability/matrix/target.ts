import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { EksSimulator } from '#eks-simulator';
import type { ChangeKind } from '../facts.ts';
import type { CaseRequest } from './case-request.ts';

/** The service account of all cases. Each case has its own backend. */
const target = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
const tags = { team: 'payments' };
const role = (name: string) => `arn:aws:iam::111122223333:role/pods/payments/${name}`;

/** The requested role, and the role of the existing association and of changes outside the gateway. */
const requestedRole = role('payments-api');
const existingRole = role('payments-worker');

/** Creates the association that the case changes or deletes, directly at EKS. Returns its id. */
export function createExisting({ control }: EksSimulator): string {
  return control.createAssociation({ ...target, roleArn: existingRole, tags }).associationId;
}

/**
 * The GraphQL input of a request. The token is also sent as `reason`, because the audit trail stores the reason only.
 */
export function inputOf({ kind, associationId, other, invalid }: CaseRequest): object {
  const common = { clusterName: target.clusterName, clientRequestToken: 'first', reason: 'first' };
  const invalidFields = invalid ? { clusterName: 'no cluster/at all' } : {};
  const otherFields = other ? { disableSessionTags: true } : {};
  if (kind === 'delete') return { ...common, associationId, ...invalidFields };
  if (kind === 'update') return { ...common, associationId, roleArn: requestedRole, ...otherFields, ...invalidFields };
  const { namespace, serviceAccount } = target;
  const list = [{ key: 'team', value: 'payments' }];
  return { ...common, namespace, serviceAccount, roleArn: requestedRole, tags: list, ...otherFields, ...invalidFields };
}

/**
 * Makes the change directly at EKS first, if it is still possible. Returns the id of the changed association; null if
 * none existed.
 */
export function changeOutside(
  { control }: EksSimulator,
  kind: ChangeKind,
  associationId: string | null,
): string | null {
  if (associationId === null) {
    if (control.associations().length > 0) return null;
    control.createAssociation({ ...target, roleArn: existingRole, tags });
    return null;
  }
  if (kind === 'update') control.updateAssociation(associationId, { disableSessionTags: true });
  else control.deleteAssociation(associationId);
  return associationId;
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
