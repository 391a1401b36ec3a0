import { setTimeout as sleep } from 'node:timers/promises';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import { reconcile } from '../../src/operations/reconcile.ts';
import type { Eks } from '../../src/eks/eks.ts';
import type { WholeAssociation } from './documents.ts';
import { roleArn } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Longer than an operation of these tests can stay in doubt. Milliseconds. */
export const inDoubtMs = 600;

/** A role that policy also permits to the owners of the namespace. */
export const worker = roleArn('payments/payments-worker');

/** A role in another account, for `targetRoleArn`. */
export const target = 'arn:aws:iam::444455556666:role/pods/shared/data-reader';

/** Update and delete: how to send them, their EKS call, and how to tell that they took effect. */
export const operations = [
  {
    name: 'updatePodIdentityAssociation',
    call: 'UpdatePodIdentityAssociation',
    send: (gateway: Gateway, { associationId }: WholeAssociation, more: object = {}, as?: string) =>
      gateway.update({ associationId, roleArn: worker, clientRequestToken: 'change', ...more }, as),
    isDone: (gateway: Gateway) => gateway.simulator.control.associations().every((one) => one.roleArn === worker),
  },
  {
    name: 'deletePodIdentityAssociation',
    call: 'DeletePodIdentityAssociation',
    send: (gateway: Gateway, { associationId }: WholeAssociation, more: object = {}, as?: string) =>
      gateway.remove({ associationId, clientRequestToken: 'change', ...more }, as),
    isDone: (gateway: Gateway) => gateway.simulator.control.associations().length === 0,
  },
] as const;

/** Runs the reconciler once. */
export const reconcileNow = ({ deps }: Gateway) => reconcile(deps, 'reconciler-run', Date.now() + 20_000);

/** Dependencies whose EKS client returns the result of a change 900 ms late. */
export function slow(deps: Dependencies): Dependencies {
  const later = async <T>(answer: Promise<T>): Promise<T> => {
    const result = await answer;
    await sleep(900);
    return result;
  };
  const eksFor = (cluster: Parameters<Dependencies['eksFor']>[0]): Eks => {
    const eks = deps.eksFor(cluster);
    return { ...eks, update: (call) => later(eks.update(call)), delete: (call) => later(eks.delete(call)) };
  };
  return { ...deps, eksFor };
}
