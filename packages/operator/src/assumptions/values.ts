import type { Association } from '../../../../src/model/association.ts';
import { expectRejection, expectThat } from './expectations.ts';
import type { Assumption } from './assumption.ts';
import { createAfterDelete, lagOf, make } from './lags.ts';
import type { TrialCluster } from './trial-cluster.ts';

const invalid = { status: 400, exception: 'InvalidParameterException' } as const;

/** A session policy that allows nothing, of this many characters. */
function policyOf(length: number): string {
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*', Sid: '' }] };
  const missing = length - JSON.stringify(policy).length;
  return JSON.stringify(policy).replace('"Sid":""', `"Sid":"${'a'.repeat(Math.max(0, missing))}"`);
}

/** An association with a target role, a policy and session tags off. */
function makeFull(eks: TrialCluster): Promise<Association> {
  const { targetRoleArn } = eks.target;
  return make(eks, { targetRoleArn, policy: policyOf(100), disableSessionTags: true });
}

/** What associations hold, and what updates change in them. */
export const values: readonly Assumption[] = [
  {
    id: 'answer-shape',
    statement: 'Answers have the association in full, with the required fields of the service model.',
    consequence:
      'A change whose answer is not understood stays in doubt for up to 7 minutes (`src/eks/association.ts`).',
    trial: async (eks) => {
      const made = await makeFull(eks);
      const { associationId } = made;
      const answers = [
        await eks.describe(associationId),
        await eks.update(associationId, { disableSessionTags: true }),
        await eks.remove(associationId),
      ];
      for (const { modifiedAt: _, ...answered } of answers) {
        const { modifiedAt: __, ...expected } = made;
        expectThat(JSON.stringify(answered) === JSON.stringify(expected), `an answer is ${JSON.stringify(answered)}`);
      }
    },
  },
  {
    id: 'empty-clears-target',
    statement: 'In an update, the empty string clears `targetRoleArn`.',
    consequence:
      'A target role can be removed only by a delete and a create: an update that clears it is refused, or its ' +
      'outcome is not what was requested.',
    trial: async (eks) => {
      const { associationId } = await makeFull(eks);
      const { targetRoleArn } = await eks.update(associationId, { targetRoleArn: '' });
      expectThat(targetRoleArn === null, `targetRoleArn is ${targetRoleArn}`);
    },
  },
  {
    id: 'empty-clears-policy',
    statement: 'In an update, the empty string clears `policy`.',
    consequence:
      'A session policy can be removed only by a delete and a create: an update that clears it is refused, or its ' +
      'outcome is not what was requested.',
    trial: async (eks) => {
      const { associationId } = await makeFull(eks);
      const { policy } = await eks.update(associationId, { policy: '' });
      expectThat(policy === null, `policy is ${policy}`);
    },
  },
  {
    id: 'absent-kept',
    statement: 'An update keeps the settings and tags that it does not name.',
    consequence: 'An update through the gateway changes more than policy judged: do not deploy.',
    trial: async (eks) => {
      const tags = { team: 'a' };
      const { targetRoleArn } = eks.target;
      const made = await make(eks, { targetRoleArn, policy: policyOf(100), disableSessionTags: true, tags });
      const { modifiedAt: _, ...kept } = await eks.update(made.associationId, { roleArn: made.roleArn });
      const { modifiedAt: __, ...before } = made;
      expectThat(JSON.stringify(kept) === JSON.stringify(before), `the association is ${JSON.stringify(kept)}`);
    },
  },
  {
    id: 'policy',
    statement:
      'A `policy` without `disableSessionTags`, or of more than 2,048 characters, gets 400 ' +
      '`InvalidParameterException`.',
    consequence: 'Validation of the gateway refuses what EKS accepts, or sends what EKS rejects.',
    trial: async (eks) => {
      await eks.create({ policy: policyOf(2_048), disableSessionTags: true });
      await expectRejection(eks.create({ policy: policyOf(2_049), disableSessionTags: true }), invalid);
      await expectRejection(eks.create({ policy: policyOf(100) }), invalid);
    },
  },
  {
    id: 'modified-moves',
    statement: 'Each update makes `modifiedAt` later, also one that changes no value.',
    consequence:
      '`expectedModifiedAt` lets changes of others pass, and "a change that was applied is never reported as not ' +
      'done" does not hold for updates in doubt.',
    trial: async (eks) => {
      const made = await make(eks);
      const { associationId } = made;
      const changed = await eks.update(associationId, { disableSessionTags: true });
      // EKS takes longer than this to answer, the simulator may not.
      await eks.pause(2);
      const unchanged = await eks.update(associationId, { disableSessionTags: true });
      const times = [made, changed, unchanged].map(({ modifiedAt }) => modifiedAt);
      expectThat(
        new Set(times).size === 3 && times.join() === times.toSorted().join(),
        `modifiedAt was ${times.join(', ')}`,
      );
    },
  },
  {
    id: 'modified-kept-by-tags',
    statement: 'Tagging and untagging keep `modifiedAt`.',
    consequence:
      'A change of tags is a new version: `expectedModifiedAt` refuses a change after it, and scans record a ' +
      'change of others.',
    trial: async (eks) => {
      const { associationId, associationArn, modifiedAt } = await make(eks);
      await eks.tag(associationArn, { team: 'a' });
      await lagOf(eks, async () => (await eks.describe(associationId)).tags.length === 1, 0);
      await eks.untag(associationArn, ['team']);
      await lagOf(eks, async () => (await eks.describe(associationId)).tags.length === 0, 0);
      const after = await eks.describe(associationId);
      expectThat(after.modifiedAt === modifiedAt, `modifiedAt moved from ${modifiedAt} to ${after.modifiedAt}`);
    },
  },
  {
    id: 'created-equals-modified',
    statement: 'After a create, `modifiedAt` equals `createdAt`; an update keeps `createdAt`.',
    consequence:
      '"No false drift" does not hold: a create that an observation proved is recorded with another `modifiedAt` ' +
      'than EKS has.',
    trial: async (eks) => {
      const { associationId, createdAt, modifiedAt } = await make(eks);
      expectThat(createdAt === modifiedAt, `createdAt is ${createdAt}, modifiedAt ${modifiedAt}`);
      const updated = await eks.update(associationId, { disableSessionTags: true });
      expectThat(updated.createdAt === createdAt, `createdAt moved from ${createdAt} to ${updated.createdAt}`);
    },
  },
  {
    id: 'created-order',
    statement: 'A later association of a service account has a later `createdAt`.',
    consequence: 'The history of the service account is in the wrong order, and so are answers as of a time.',
    trial: async (eks) => {
      const first = await make(eks);
      await eks.remove(first.associationId);
      const { serviceAccount } = first;
      const second = await createAfterDelete(eks, { serviceAccount });
      expectThat(second.createdAt > first.createdAt, `${second.createdAt} follows ${first.createdAt}`);
    },
  },
  {
    id: 'change-times',
    statement: '`createdAt` and `modifiedAt` are when EKS received the request, within CLOCK_ERROR_MS.',
    consequence: 'Raise CLOCK_ERROR_MS: a create that took effect could be taken for an earlier one of others.',
    trial: async (eks) => {
      const { clockErrorMs } = eks.target.times;
      for (const change of [
        () => make(eks),
        async () => eks.update((await make(eks)).associationId, { disableSessionTags: true }),
      ]) {
        const sentAt = Date.now();
        const modifiedAt = Date.parse((await change()).modifiedAt);
        const outside = Math.max(sentAt - modifiedAt, modifiedAt - Date.now());
        expectThat(outside <= clockErrorMs, `the time of a change is ${outside} ms outside of its request`);
      }
    },
  },
  {
    id: 'external-id',
    statement: 'With a target role, `externalId` is `region/account/cluster/namespace/service-account`.',
    consequence: 'Warnings about the trust policy of a target role are wrong.',
    trial: async (eks) => {
      const { region, clusterName, namespace, targetRoleArn } = eks.target;
      const made = await make(eks, { targetRoleArn });
      const expected = [region, eks.accountId, clusterName, namespace, made.serviceAccount].join('/');
      const off = await eks.update(made.associationId, { disableSessionTags: true });
      const cleared = await eks.update(made.associationId, { targetRoleArn: '' });
      const seen = [made, off, cleared].map(({ externalId }) => externalId);
      expectThat(seen.join() === [expected, expected, null].join(), `externalId was ${JSON.stringify(seen)}`);
    },
  },
];
