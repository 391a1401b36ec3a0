import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import { lockOperations, operator } from '../support/locks.ts';

const document = '{ locks { scope accountId region clusterName principalId stopsReads lockedBy lockedAt reason } }';

describeOnLedgers('locks on $name', ({ open }) => {
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway } = opened), { open });

  const read = (as: string) => gateway.send<{ locks: readonly object[] | null }>(document, {}, as);

  test('the locks in force are returned with what they stop, who set them, when and why', async () => {
    expect((await read('olivia')).data?.locks).toEqual([]);
    const { lock, lift } = lockOperations(gateway.deps.ledger);
    const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
    await lock({ kind: 'ALL' });
    await lock({ kind: 'CLUSTER', ...cluster }, 'Upgrade of the cluster');
    await lock({ kind: 'PRINCIPAL', principalId: 'https://issuer.example#bob' }, 'Stolen token', { stopsReads: true });
    await lift({ kind: 'ALL' });
    const isDateTime: unknown = expect.stringMatching(/^\d{4}-.*Z$/);
    const by = { lockedBy: operator.id, lockedAt: isDateTime };
    const nowhere = { accountId: null, region: null, clusterName: null };
    expect((await read('olivia')).data?.locks).toEqual([
      { scope: 'CLUSTER', ...cluster, principalId: null, stopsReads: false, ...by, reason: 'Upgrade of the cluster' },
      {
        ...{ scope: 'PRINCIPAL', ...nowhere, principalId: 'https://issuer.example#bob' },
        ...{ stopsReads: true, ...by, reason: 'Stolen token' },
      },
    ]);
  });

  test('locks are only for principals that may read the whole audit trail: their reasons can name people', async () => {
    await lockOperations(gateway.deps.ledger).lock({ kind: 'ALL' }, 'Incident');
    const { data, errors } = await read('alice');
    expect(data).toEqual({ locks: null });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
