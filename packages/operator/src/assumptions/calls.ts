import { ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import { changeFailure } from '../../../../src/eks/errors.ts';
import { expectRejection, expectThat, NotTried, Refuted } from './expectations.ts';
import type { Assumption } from './assumption.ts';
import { make } from './lags.ts';

/** How much older than permitted the signature of a trial is, in milliseconds. */
const staleByMs = 60_000;

/** How many lists are sent at once until EKS throttles, and how often. */
const burst = 50;
const bursts = 20;

/** Requests as such: signatures, times, throttling. */
export const calls: readonly Assumption[] = [
  {
    id: 'signature-window',
    statement: 'A request that was signed longer than five minutes ago gets 403, and has no effect.',
    consequence:
      'Do not change associations with the gateway: a create that a frozen process sends late could take effect after its token was released, so that one token has two effects.',
    trial: async (eks) => {
      const systemClockOffset = -eks.target.times.signatureWindowMs - staleByMs;
      const late = eks.connect({ maxAttempts: 1, systemClockOffset });
      const serviceAccount = eks.newServiceAccount();
      await expectRejection(eks.create({ serviceAccount }, late), { status: 403 }).finally(() => late.destroy());
      await eks.pause(eks.target.times.listLagMs / 10);
      const { ids } = await eks.list({ serviceAccount });
      expectThat(ids.length === 0, 'EKS rejected the create, and the association exists');
    },
  },
  {
    id: 'answer-dates',
    statement: 'The header `Date` of each answer is right within CLOCK_ERROR_MS.',
    consequence:
      'First set the clock of this machine. Otherwise raise CLOCK_ERROR_MS: a gateway judges its clock by this header, and would refuse changes.',
    trial: async (eks) => {
      await make(eks);
      await eks.describe('a-00000000000000000').catch(() => null);
      const { clockErrorMs } = eks.target.times;
      for (const { date = 'none', sentAt, receivedAt } of eks.calls.slice(-3)) {
        const at = Date.parse(date);
        // The header has whole seconds, cut off.
        const isWithin = at >= sentAt - 1_000 - clockErrorMs && at <= receivedAt + clockErrorMs;
        expectThat(isWithin, `Date was ${date} at ${new Date(receivedAt).toUTCString()}`);
      }
    },
  },
  {
    id: 'processing-time',
    statement: 'Changes are answered within EKS_PROCESSING_MS.',
    consequence:
      'Raise EKS_PROCESSING_MS above what was measured: a change may take effect after it was reported as not done.',
    trial: async (eks) => {
      const { associationId } = await make(eks);
      await eks.update(associationId, { disableSessionTags: true });
      await eks.remove(associationId);
      const longest = Math.max(
        ...eks.calls
          .filter(({ command }) => /^(Create|Update|Delete)/.test(command))
          .map(({ sentAt, receivedAt }) => receivedAt - sentAt),
      );
      expectThat(longest <= eks.target.times.eksProcessingMs, `a change took ${longest} ms`);
      return longest;
    },
  },
  {
    id: 'late-effect',
    statement: 'A change takes effect at most EKS_PROCESSING_MS after its signature is last valid, or never.',
    consequence: 'A change takes effect after it was reported as not done.',
    trial: { cannot: "a late effect can't be forced" },
  },
  {
    id: 'throttling',
    statement: 'Too many requests get `ThrottlingException` or `TooManyRequestsException`.',
    consequence: 'Clients are told that EKS refused the request for good, instead of to retry.',
    needs: 'with-throttling',
    trial: async (eks) => {
      const { clusterName, namespace } = eks.target;
      const list = () => eks.client.send(new ListPodIdentityAssociationsCommand({ clusterName, namespace }));
      for (let round = 0; round < bursts; round += 1) {
        const answers = await Promise.allSettled(Array.from({ length: burst }, list));
        const failed = answers.find((answer) => answer.status === 'rejected');
        if (failed === undefined) continue;
        const failure = changeFailure(failed.reason);
        if (failure.kind === 'rejected' && failure.outcome === 'THROTTLED') return;
        throw new Refuted(`EKS answered a burst with ${failure.error.exception}: ${failure.error.message}`);
      }
      throw new NotTried(`EKS did not throttle ${burst * bursts} lists`);
    },
  },
  {
    id: 'access-denied',
    statement: 'A missing right gets 403 `AccessDeniedException`, whose message names the action.',
    consequence: 'Clients are told that EKS refused the request, instead of that operators have to act.',
    trial: { cannot: 'the caller has the rights for its other trials' },
  },
  {
    id: 'quota',
    statement: 'More than 5,000 associations in a cluster get 400 `ResourceLimitExceededException`.',
    consequence: 'The refusal is EKS_REFUSED, and the headroom before the quota is wrong.',
    trial: { cannot: 'it would need 5,000 associations' },
  },
  {
    id: 'owned-by-add-on',
    statement: 'Associations of add-ons (`ownerArn`) can be changed and deleted like others.',
    consequence: 'EKS rejects such changes itself.',
    trial: { cannot: 'it would need an add-on' },
  },
  {
    id: 'role-deleted-later',
    statement: 'An update checks only the fields that it names, not a role that was deleted since.',
    consequence: 'Updates of such associations are refused until they name another role.',
    trial: { cannot: 'it would need rights on roles' },
  },
];
