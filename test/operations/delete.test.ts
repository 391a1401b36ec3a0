import { openForEachTest } from '../support/each-test.ts';
import type { WholeAssociation } from '../support/documents.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';

describeOnLedgers('changes on $name', ({ open }) => {
  let gateway: Gateway;
  let association: WholeAssociation;

  openForEachTest((opened) => ({ gateway } = opened), { open });

  beforeEach(async () => {
    const created = await gateway.create();
    if (!created.association) throw new Error(JSON.stringify(created));
    association = created.association;
    gateway.simulator.control.clearRequests();
  });

  describe('deletePodIdentityAssociation', () => {
    const remove = (clientRequestToken: string) =>
      gateway.remove({ associationId: association.associationId, clientRequestToken });

    test('returns the deleted association', async () => {
      const { association: deleted } = await remove('delete');
      expect(deleted).toEqual(association);
    });

    test('of a deleted association is refused with another token', async () => {
      await remove('delete');
      expect((await remove('again')).refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
    });

    test('10 concurrent requests with different tokens: 1 succeeds, 9 are refused as not found', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => remove(`token-${index}`)));
      expect(answers.filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(1);
      expect(answers.filter(({ refusal }) => refusal?.code === 'ASSOCIATION_NOT_FOUND')).toHaveLength(9);
    });

    test('of an unknown association does not disclose another delete with the same token', async () => {
      await gateway.remove({ associationId: association.associationId, clientRequestToken: 'change' });
      const other = await gateway.remove({ associationId: 'a-00000000000000000', clientRequestToken: 'change' });
      expect(other.refusal).toMatchObject({ code: 'ASSOCIATION_NOT_FOUND' });
    });

    test('frees the service account', async () => {
      await remove('delete');
      expect(await gateway.create({ clientRequestToken: 'second' })).toMatchObject({ status: 'SUCCEEDED' });
    });
  });
});
