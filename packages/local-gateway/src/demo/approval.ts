import type { EksSimulator } from '../../../eks-simulator/src/index.ts';
import type { DemoAnswer, DemoClient, DemoVote } from './client.ts';
import { expect, refusedWith } from './expect.ts';
import { printVote } from './print.ts';
import { api } from './steps.ts';
import type { Step } from './steps.ts';

/**
 * Of a system component in production, which the example policies let in if another platform admin
 * approves it.
 */
const input = {
  ...api,
  clusterName: 'apps-prod',
  namespace: 'kube-system',
  serviceAccount: 'ebs-csi-controller-sa',
  roleArn: 'arn:aws:iam::111122223333:role/pods/kube-system/ebs-csi-driver',
  tags: [{ key: 'team', value: 'platform' }],
  clientRequestToken: 'ebs-csi-prod-1',
  reason: 'The driver gets a role of its own.',
};

/** A vote of the demo. */
interface VoteStep {
  readonly title: string;
  readonly voter: DemoClient;
  readonly check: (answer: DemoVote) => string | null;
}

/** A request that a second person has to approve: held, approved, executed once. */
export function approvalSteps({ control }: EksSimulator, pat: DemoClient, kim: DemoClient) {
  const created = () => control.associations().filter(({ clusterName }) => clusterName === input.clusterName).length;
  let approvalId = '';

  const isHeld = (answer: DemoAnswer) =>
    refusedWith('APPROVAL_REQUIRED')(answer) ?? expect(created() === 0, 'EKS should not have received a create');
  const request = (title: string, check: Step['check']): Step => ({ title, input, client: pat, check });
  const vote = (title: string, voter: DemoClient, check: VoteStep['check']): VoteStep => ({ title, voter, check });

  const steps: readonly (Step | VoteStep)[] = [
    request(
      'pat, a platform admin: a role for a system component in production, which needs a second person',
      (answer) => {
        approvalId = answer.refusal?.approval?.id ?? '';
        return isHeld(answer);
      },
    ),
    vote('pat tries to approve it alone', pat, ({ refusal }) =>
      expect(refusal?.code === 'POLICY_DENIED', 'it should be refused with POLICY_DENIED'),
    ),
    request(
      'The same request before it is approved',
      (answer) =>
        isHeld(answer) ?? expect(answer.refusal?.approval?.id === approvalId, 'it should be the same approval'),
    ),
    vote('kim, another platform admin, approves it', kim, ({ approval }) =>
      expect(approval?.state === 'APPROVED', 'it should be APPROVED'),
    ),
    request('The same request, with the same token', ({ status, replayed }) =>
      expect(status === 'SUCCEEDED' && !replayed && created() === 1, 'it should be SUCCEEDED'),
    ),
    request('Once more: the approval is used, and the answer is the recorded one', ({ status, replayed }) =>
      expect(status === 'SUCCEEDED' && replayed && created() === 1, 'it should be replayed'),
    ),
  ];
  return { steps, approvalId: () => approvalId };
}

/** Sends a vote and prints what came of it. True if that is the expected answer. */
export async function runVote({ title, voter, check }: VoteStep, number: number, approvalId: string): Promise<boolean> {
  const answer = await voter.approve({ approvalId, comment: 'Reviewed with the owners.' });
  const problem = check(answer);
  printVote(number, title, { approvalId }, answer, problem);
  return problem === null;
}
