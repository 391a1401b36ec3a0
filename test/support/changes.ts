import { podIdentityTrustPolicy } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { reconcile } from '../../src/operations/flow/reconcile.ts';
import type { Eks } from '../../src/eks/eks.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../src/policy/policy.ts';
import type { WholeAssociation } from './documents.ts';
import { roleArn } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Longer than an operation of these tests can stay in doubt. Milliseconds. */
export const inDoubtMs = 61_000;

/** Longer than reads of these tests can lag: then an association that is not visible is gone. Milliseconds. */
export const readLagMs = 10_100;

/** Longer than a lease of these tests lasts. Milliseconds. */
export const leaseMs = defaultTimes.leaseMs + 1_000;

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

/** Creates an association that is old enough for reads to show it, and forgets the requests for it. */
export async function createAssociation(gateway: Gateway, ageMs = readLagMs): Promise<WholeAssociation> {
  const { association, ...rest } = await gateway.create();
  if (!association) throw new Error(JSON.stringify(rest));
  gateway.clock.skip(ageMs);
  gateway.simulator.control.clearRequests();
  return association;
}

/** Runs the reconciler once. */
export const reconcileNow = ({ deps, observations }: Gateway) =>
  reconcile({ ...deps, observations }, 'reconciler-run', deps.clock() + 20_000);

/** A hold on changes: they reach EKS, and its answers wait for `release`. */
export function holdAnswers() {
  const sent = Promise.withResolvers<undefined>();
  const released = Promise.withResolvers<undefined>();
  const held = async <T>(answer: Promise<T>): Promise<T> => {
    const result = await answer;
    sent.resolve(undefined);
    await released.promise;
    return result;
  };
  return {
    /** Resolves when EKS has answered the first change. */
    sent: sent.promise,
    release: () => released.resolve(undefined),
    /** Dependencies whose changes are held. */
    change: (deps: Dependencies) =>
      withChanges(deps, (eks) => ({
        create: (call) => held(eks.create(call)),
        update: (call) => held(eks.update(call)),
        delete: (call) => held(eks.delete(call)),
      })),
  };
}

/** Creates whose answers are lost, and that reach EKS when `arrive` is called. */
export function delayCreates() {
  const creates: (() => Promise<unknown>)[] = [];
  const error = { exception: 'TimeoutError', message: 'No answer.', requestId: null };
  return {
    arrive: async () => {
      for (const send of creates.splice(0)) await send();
    },
    /** Dependencies whose next create is delayed. */
    change: (deps: Dependencies) => {
      let isFirst = true;
      return withChanges(deps, (eks) => ({
        create: (call) => {
          if (!isFirst) return eks.create(call);
          isFirst = false;
          creates.push(() => eks.create({ ...call, deadline: deps.clock() + 10_000 }));
          return Promise.resolve({ kind: 'unknown', error });
        },
      }));
    },
  };
}

/** Dependencies whose role becomes visible to EKS once EKS has answered a create. */
export function addRoleAfterCreate({ control }: EksSimulator, arn: string) {
  return (deps: Dependencies) =>
    withChanges(deps, (eks) => ({
      create: async (call) => {
        const result = await eks.create(call);
        control.addRole({ arn, trustPolicy: podIdentityTrustPolicy });
        return result;
      },
    }));
}

/** Dependencies with some calls of EKS replaced. */
export function withChanges(deps: Dependencies, replace: (eks: Eks) => Partial<Eks>): Dependencies {
  const eksFor: Dependencies['eksFor'] = (cluster) => {
    const eks = deps.eksFor(cluster);
    return { ...eks, ...replace(eks) };
  };
  return { ...deps, eksFor };
}

/** What a test makes of a decision of the shipped policies. */
type Replacement = (decision: Decision, request: AuthorizationRequest, context: AuthorizationContext) => Decision;

/** A change of dependencies: decisions that the shipped policies don't make. */
export const withDecisions =
  (replaced: Replacement) =>
  (deps: Dependencies): Dependencies => ({
    ...deps,
    authorize: (context, request) => replaced(deps.authorize(context, request), request, context),
  });

/** Dependencies whose policy lets nobody view an association. */
export const withoutViews = withDecisions((decision, { action }) =>
  action === 'DescribePodIdentityAssociation' ? { ...decision, allowed: false } : decision,
);
