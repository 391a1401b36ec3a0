import { reconcile } from '../../src/operations/flow/reconcile.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';

const document = `query ($first: Int) {
  openOperations(first: $first) { operationId kind startedAt inDoubtUntil attempts nextAttemptAt parked message }
}`;

interface Data {
  readonly openOperations:
    readonly { readonly operationId: string; readonly startedAt: string; readonly inDoubtUntil: string }[] | null;
}

describeOnLedgers('openOperations on $name', ({ open }) => {
  let gateway: Gateway;
  /** What the reconciler serves. */
  let serves: Dependencies['serves'];

  openForEachTest((opened) => ({ gateway } = opened), { open, times: { signatureWindowMs: 300_000 } });

  beforeEach(() => {
    ({ serves } = gateway.deps);
  });

  const read = (as: string, variables: object = {}) => gateway.send<Data>(document, variables, as);

  const reconcileNow = () =>
    reconcile({ ...gateway.deps, observations: gateway.observations, serves }, 'run', Infinity);

  /** Starts a create whose answer is lost before it has an effect. */
  async function lostCreate(serviceAccount: string) {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-before' });
    const { status, auditEntry } = await gateway.create({ serviceAccount, clientRequestToken: serviceAccount });
    expect(status).toBe('IN_PROGRESS');
    return auditEntry.operationId;
  }

  test('returns operations that are not completed yet, with what the reconciler found out', async () => {
    const operationId = await lostCreate('one');
    const isDateTime: unknown = expect.stringMatching(/^\d{4}-.*Z$/);
    const base = {
      operationId,
      kind: 'CREATE_POD_IDENTITY_ASSOCIATION',
      startedAt: isDateTime,
      inDoubtUntil: isDateTime,
    };
    const fresh = { ...base, attempts: 0, nextAttemptAt: null, parked: null, message: null };
    expect((await read('olivia')).data?.openOperations).toEqual([fresh]);
    await reconcileNow();
    const message: unknown = expect.stringContaining('can still take effect');
    const examined = { ...base, attempts: 1, nextAttemptAt: isDateTime, parked: null, message };
    expect((await read('olivia')).data?.openOperations).toEqual([examined]);
  });

  test('returns until when an operation can still take effect at EKS', async () => {
    await lostCreate('one');
    const [found] = (await read('olivia')).data?.openOperations ?? [];
    const { signatureWindowMs, eksProcessingMs, listLagMs, clockErrorMs } = gateway.deps.times;
    const inDoubtMs = signatureWindowMs + eksProcessingMs + listLagMs + clockErrorMs;
    expect(Date.parse(found?.inDoubtUntil ?? '') - Date.parse(found?.startedAt ?? '')).toBe(inDoubtMs);
  });

  test('shows why an operation is parked', async () => {
    await lostCreate('one');
    serves = () => false;
    await reconcileNow();
    expect((await read('olivia')).data?.openOperations).toMatchObject([
      {
        attempts: 1,
        parked: 'CLUSTER_NOT_SERVED',
        message: expect.stringContaining('The inventory does not have') as unknown,
      },
    ]);
  });

  test('returns at most the requested number, and nothing once all are completed', async () => {
    const ids = [await lostCreate('one'), await lostCreate('two')];
    const { data } = await read('olivia', { first: 1 });
    expect(data?.openOperations).toMatchObject([{ operationId: ids[0] }]);
    const { errors } = await read('olivia', { first: 0 });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    // The field has no further pages.
    expect(errors?.[0]?.message).toBe('first is 0; it must be from 1 to 1000. Give a number from 1 to 1000.');
    for (const serviceAccount of ['one', 'two']) {
      const { associationId } = gateway.simulator.control.createAssociation({
        ...{ clusterName: 'apps-dev', namespace: 'payments', serviceAccount },
        roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
        tags: { 'pod-identity-gateway/operation': ids[serviceAccount === 'one' ? 0 : 1] ?? '' },
      });
      expect(associationId).toBeDefined();
    }
    expect(await reconcileNow()).toMatchObject({ closed: 2 });
    expect((await read('olivia')).data?.openOperations).toEqual([]);
  });

  test('openOperations is only for principals that may read the whole audit trail, and reads nothing for others', async () => {
    await lostCreate('one');
    const { data, errors } = await read('alice');
    expect(data).toEqual({ openOperations: null });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
