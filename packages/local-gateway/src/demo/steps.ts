import type { EksSimulator } from '../../../eks-simulator/src/index.ts';
import type { DemoAnswer, DemoClient, DemoInput } from './client.ts';
import { expect, refusedWith } from './expect.ts';

/** One request of the demo. */
export interface Step {
  readonly title: string;
  readonly input: DemoInput;
  /** Who sends it. */
  readonly client: DemoClient;
  /** Runs before the request. */
  readonly before?: () => void;
  /** What is wrong with the response; null when it is the expected one. */
  readonly check: (answer: DemoAnswer) => string | null;
}

const role = (path: string) => `arn:aws:iam::111122223333:role/pods/${path}`;

export const api: DemoInput = {
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: role('payments/payments-api'),
  tags: [{ key: 'team', value: 'payments' }],
  clientRequestToken: 'payments-api-1',
  reason: 'The API reads its bucket.',
};

const worker: DemoInput = {
  ...api,
  serviceAccount: 'worker',
  roleArn: role('payments/payments-worker'),
  clientRequestToken: 'payments-worker-1',
};

/** The requests and the expected response to each. */
export function demoSteps({ control }: EksSimulator, client: DemoClient): Step[] {
  let firstId: string | undefined;
  const creates = (serviceAccount: string) =>
    control.associations().filter((association) => association.serviceAccount === serviceAccount).length;
  const sent = () => control.requests('CreatePodIdentityAssociation').length;
  let sentBefore = 0;

  const steps: readonly Omit<Step, 'client'>[] = [
    {
      title: 'A new association',
      input: api,
      check: (answer) => {
        firstId = answer.association?.associationId;
        return expect(answer.status === 'SUCCEEDED' && !answer.replayed, 'it should be SUCCEEDED');
      },
    },
    {
      title: 'The same request again, with the same token',
      input: api,
      check: ({ status, replayed, association }) =>
        expect(status === 'SUCCEEDED' && replayed, 'it should be replayed') ??
        expect(association?.associationId === firstId, 'it should be the same association') ??
        expect(sent() === 1, 'EKS should have received one create'),
    },
    {
      title: 'The same token, for another role',
      input: { ...api, roleArn: role('payments/payments-worker') },
      check: refusedWith('TOKEN_REUSED_WITH_DIFFERENT_INPUT'),
    },
    {
      title: "Another team's namespace",
      input: { ...api, namespace: 'search', roleArn: role('search/search-api'), clientRequestToken: 'search-api-1' },
      before: () => (sentBefore = sent()),
      check: (answer) =>
        refusedWith('POLICY_DENIED')(answer) ??
        expect(answer.refusal?.violations?.every(({ advice }) => advice) ?? false, 'it should give advice') ??
        expect(sent() === sentBefore, 'EKS should not have received a create'),
    },
    {
      title: 'A service account that has an association, with a new token',
      input: { ...api, roleArn: role('payments/payments-worker'), clientRequestToken: 'payments-api-2' },
      check: (answer) =>
        refusedWith('ASSOCIATION_ALREADY_EXISTS')(answer) ??
        expect(answer.refusal?.existing?.associationId === firstId, 'it should show the existing association') ??
        expect(answer.refusal?.differences?.[0]?.field === 'roleArn', 'it should list the role as a difference'),
    },
    {
      title: 'Several mistakes at once',
      input: {
        ...api,
        namespace: 'Payments_*',
        roleArn: 'arn:aws:iam::111122223333:user/alice',
        tags: [{ key: 'aws:team', value: 'payments' }],
        policy: 'allow everything',
        clientRequestToken: 'mistakes-1',
      },
      check: (answer) => {
        const paths = new Set(answer.refusal?.findings?.map(({ path }) => path));
        const all = ['namespace', 'roleArn', 'tags.0.key', 'policy'].every((path) => paths.has(path));
        return refusedWith('INVALID_INPUT')(answer) ?? expect(all, 'it should list all four');
      },
    },
    {
      title: 'A create whose response from EKS is lost',
      input: worker,
      before: () => control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' }),
      check: ({ status, retryAfterSeconds }) =>
        expect(status === 'IN_PROGRESS', 'it should be IN_PROGRESS') ??
        expect(retryAfterSeconds !== null, 'it should say when to retry'),
    },
    {
      title: 'A retry with the same token',
      input: worker,
      before: () => (sentBefore = sent()),
      check: ({ status }) =>
        expect(status === 'SUCCEEDED', 'it should be SUCCEEDED') ??
        expect(creates('worker') === 1 && sent() === sentBefore, 'it should have been created once'),
    },
  ];
  return steps.map((step) => ({ ...step, client }));
}
