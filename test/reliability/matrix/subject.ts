import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { EksSimulator } from '#eks-simulator';
import type { ChangeKind } from '../facts.ts';
import type { Asking } from './ask.ts';

/** What all cases are about: one service account, in a world of its own each time. */
const target = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
const tags = { team: 'payments' };
const role = (name: string) => `arn:aws:iam::111122223333:role/pods/payments/${name}`;

/** The role that is asked for, the one of an association that was there before, and the one that somebody else gives. */
const asked = role('payments-api');
const before = role('payments-worker');

/** Makes the association that is to be changed or deleted, by somebody else's hand. */
export function makeExisting({ control }: EksSimulator): string {
  return control.createAssociation({ ...target, roleArn: before, tags }).associationId;
}

/** The input of a request. Its token stands in `reason` as well, because that is what the trail keeps. */
export function inputOf({ kind, associationId, other, invalid }: Asking): object {
  const common = { clusterName: target.clusterName, clientRequestToken: 'first', reason: 'first' };
  const wrong = invalid ? { clusterName: 'no cluster/at all' } : {};
  const otherwise = other ? { disableSessionTags: true } : {};
  if (kind === 'delete') return { ...common, associationId, ...wrong };
  if (kind === 'update') return { ...common, associationId, roleArn: asked, ...otherwise, ...wrong };
  const { namespace, serviceAccount } = target;
  const list = [{ key: 'team', value: 'payments' }];
  return { ...common, namespace, serviceAccount, roleArn: asked, tags: list, ...otherwise, ...wrong };
}

/** Somebody is faster, and does it directly at EKS, where it can still be done. Gives the id of the association that was touched. */
export function actDirectly({ control }: EksSimulator, kind: ChangeKind, associationId: string | null): string | null {
  if (associationId === null) {
    if (control.associations().length > 0) return null;
    control.createAssociation({ ...target, roleArn: before, tags });
    return null;
  }
  if (kind === 'update') control.updateAssociation(associationId, { disableSessionTags: true });
  else control.deleteAssociation(associationId);
  return associationId;
}

/** How long EKS's reads may take to show an effect, at the most that the gateway allows for. Milliseconds. */
const lagMs = defaultTimes.listLagMs;

const operations = {
  create: 'CreatePodIdentityAssociation',
  update: 'UpdatePodIdentityAssociation',
  delete: 'DeletePodIdentityAssociation',
} as const;

/** Lets EKS show the next change of a kind as late as may be. */
export function showLate({ control }: EksSimulator, kind: ChangeKind): void {
  control.addFault({ operation: operations[kind], kind: 'lag', delayMs: lagMs });
}
