import { expectRejection, expectThat } from './expectations.ts';
import type { Assumption } from './assumption.ts';
import { createAfterDelete, make } from './lags.ts';

/** An id of the right form that no association has. */
const unknownId = 'a-00000000000000000';

const notFound = { status: 404, exception: 'ResourceNotFoundException' } as const;
const invalid = { status: 400, exception: 'InvalidParameterException' } as const;

/** The 409 for a service account with this association. */
function conflictWith(associationId: string) {
  const message = RegExp(`^Association already exists: ${associationId}$`);
  return { status: 409, exception: 'ResourceInUseException', message };
}

/**
 * Creates, updates and deletes: what they change, what a repeated token does, and how EKS rejects
 * them.
 */
export const changes: readonly Assumption[] = [
  {
    id: 'conflict',
    statement:
      'A second create for a service account gets 409 `ResourceInUseException`: `Association already exists: ID`.',
    consequence:
      'Without the id, a list takes its place, which may lag. With another exception, a conflict is EKS_REFUSED, ' +
      'and `ifExists: ADOPT` has no effect.',
    trial: async (eks) => {
      const { serviceAccount, associationId } = await make(eks);
      await expectRejection(eks.create({ serviceAccount }), conflictWith(associationId));
    },
  },
  {
    id: 'create-token-repeated',
    statement: 'A repeated create with the same `clientRequestToken` gets 409 too.',
    consequence:
      'No guarantee: the gateway repeats a token only while EKS does not know the role, for eight seconds. Such a ' +
      'retry could get the answer before.',
    trial: async (eks) => {
      const token = eks.newToken();
      const { serviceAccount, associationId } = await make(eks, { clientRequestToken: token });
      const repeated = eks.create({ serviceAccount, clientRequestToken: token });
      await expectRejection(repeated, conflictWith(associationId));
    },
  },
  {
    id: 'create-token-reused',
    statement: 'A create with the token of another create is judged as one with a new token.',
    consequence: 'No guarantee: the gateway sends a token for one request only.',
    trial: async (eks) => {
      const token = eks.newToken();
      const { serviceAccount, associationId } = await make(eks, { clientRequestToken: token });
      const other = await eks.create({ clientRequestToken: token });
      expectThat(other.associationId !== associationId, 'EKS returned the association of the first create');
      const differing = { serviceAccount, clientRequestToken: token, disableSessionTags: true };
      await expectRejection(eks.create(differing), conflictWith(associationId));
    },
  },
  {
    id: 'create-token-after-delete',
    statement: 'After a delete, a create with the old token creates a new association.',
    consequence:
      'If ids come back, a deleted association is taken for one that was never deleted (docs/reliability.md). The ' +
      'token itself does not matter: the gateway sends it for one operation only.',
    trial: async (eks) => {
      const clientRequestToken = eks.newToken();
      const first = await make(eks, { clientRequestToken });
      await eks.remove(first.associationId);
      const { serviceAccount } = first;
      const again = await createAfterDelete(eks, { serviceAccount, clientRequestToken });
      expectThat(again.associationId !== first.associationId, `EKS returned ${first.associationId} again`);
    },
  },
  {
    id: 'update-token',
    statement: 'An update with the token of an earlier update is applied.',
    consequence: 'No guarantee: the gateway sends a token for one update only.',
    trial: async (eks) => {
      const { associationId } = await make(eks);
      const clientRequestToken = eks.newToken();
      await eks.update(associationId, { disableSessionTags: true, clientRequestToken });
      for (const disableSessionTags of [false, true]) {
        if (disableSessionTags) await eks.update(associationId, { disableSessionTags: false });
        const { modifiedAt: before } = await eks.describe(associationId);
        const after = await eks.update(associationId, { disableSessionTags, clientRequestToken });
        const isApplied = after.disableSessionTags === disableSessionTags && after.modifiedAt > before;
        expectThat(isApplied, `the repeat with disableSessionTags ${disableSessionTags} was not applied`);
      }
    },
  },
  {
    id: 'changes-current',
    statement: 'Updates, deletes and tagging see creates and deletes at once.',
    consequence:
      'A change right after a create is refused as ASSOCIATION_NOT_FOUND, and of two deletes both are reported as ' +
      'done.',
    trial: async (eks) => {
      const { associationId, associationArn } = await eks.create();
      await eks.update(associationId, { disableSessionTags: true });
      await eks.tag(associationArn, { team: 'a' });
      await eks.remove(associationId);
      await expectRejection(eks.remove(associationId), notFound);
      await expectRejection(eks.update(associationId, { disableSessionTags: false }), notFound);
    },
  },
  {
    id: 'unknown-cluster',
    statement: 'An unknown cluster gets 404 `ResourceNotFoundException`.',
    consequence: 'Operations in doubt in a deleted cluster stay open, and its scans fail.',
    trial: (eks) => expectRejection(eks.list({ clusterName: 'pod-identity-assumptions-absent' }), notFound),
  },
  {
    id: 'unknown-association',
    statement: 'An unknown association gets 404 `ResourceNotFoundException`.',
    consequence:
      'The gateway does not see that an association is gone: deletes in doubt are not closed, scans and expiries fail.',
    trial: async (eks) => {
      for (const call of [eks.describe, eks.remove]) await expectRejection(call(unknownId), notFound);
      await expectRejection(eks.update(unknownId, { disableSessionTags: true }), notFound);
    },
  },
  {
    id: 'association-id',
    statement: 'Ids are a letter, `-` and 17 letters or digits; another length gets 400 `InvalidParameterException`.',
    consequence: 'The gateway rejects other ids in requests, and does not find the id in the message of a 409.',
    trial: async (eks) => {
      const { associationId } = await make(eks);
      expectThat(/^[a-z]-[a-z0-9]{17}$/.test(associationId), `the id is ${associationId}`);
      await expectRejection(eks.describe('a-0'), invalid);
    },
  },
  {
    id: 'role-absent',
    statement: 'An unknown role gets 400 `InvalidParameterException`: `Role provided in the request does not exist`.',
    consequence:
      'A create with a role that was made a moment ago is EKS_REFUSED for good, instead of tried again for eight ' +
      'seconds and released.',
    trial: (eks) => {
      const message = /^Role provided .*does not exist/;
      return expectRejection(eks.create({ roleArn: `${eks.target.roleArn}-absent` }), { ...invalid, message });
    },
  },
  {
    id: 'role-mistrusting',
    statement:
      'A role that does not trust EKS gets 400 `InvalidParameterException`: `Trust policy of the role provided is ' +
      'invalid.`',
    consequence:
      'The refusal is EKS_REFUSED instead of TRUST_POLICY_INVALID, without the trust policy that would work.',
    trial: (eks) => {
      const message = /^Trust policy of the role/;
      return expectRejection(eks.create({ roleArn: eks.target.targetRoleArn }), { ...invalid, message });
    },
  },
];
