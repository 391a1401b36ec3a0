import type { EksSimulator } from '../../../eks-simulator/src/index.ts';
import type { DemoAnswer, DemoClient, DemoVote } from './client.ts';
import { expect, refusedWith } from './expect.ts';
import { printVote } from './print.ts';
import { api } from './steps.ts';
import type { Step } from './steps.ts';

const input = {
  ...api,
  clusterName: 'apps-prod',
  clientRequestToken: 'payments-api-prod-1',
  reason: 'The API goes to production.',
};

/** A vote of the demo. */
interface VoteStep {
  readonly title: string;
  readonly voter: DemoClient;
  readonly check: (answer: DemoVote) => string | null;
}

/** A request that a second person has to approve: held, approved, executed once. */
export function approvalSteps({ control }: EksSimulator, alice: DemoClient, nina: DemoClient) {
  const created = () => control.associations().filter(({ clusterName }) => clusterName === input.clusterName).length;
  let approvalId = '';

  const isHeld = (answer: DemoAnswer) =>
    refusedWith('APPROVAL_REQUIRED')(answer) ?? expect(created() === 0, 'EKS should not have received a create');
  const request = (title: string, check: Step['check']): Step => ({ title, input, check });
  const vote = (title: string, voter: DemoClient, check: VoteStep['check']): VoteStep => ({ title, voter, check });

  const steps: readonly (Step | VoteStep)[] = [
    request('A new association in production, which needs a second person', (answer) => {
      approvalId = answer.refusal?.approval?.id ?? '';
      return isHeld(answer);
    }),
    vote('alice approves her own request', alice, ({ refusal }) =>
      expect(refusal?.code === 'POLICY_DENIED', 'it should be refused with POLICY_DENIED'),
    ),
    request(
      'The same request before it is approved',
      (answer) =>
        isHeld(answer) ?? expect(answer.refusal?.approval?.id === approvalId, 'it should be the same approval'),
    ),
    vote('nina, of the group security, approves it', nina, ({ approval }) =>
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
