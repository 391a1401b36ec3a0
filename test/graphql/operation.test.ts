import { monotonicFactory } from 'ulid';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { reconcile } from '../../src/operations/flow/reconcile.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

describe('operation', () => {
  const nextUlid = monotonicFactory();

  let gateway: Gateway;
  let ledger: Ledger;

  openForEachTest((opened) => ({ gateway, ledger } = opened));

  interface OperationFields {
    readonly id: string;
    readonly kind: string;
    readonly status: string;
    readonly startedAt: string;
    readonly completedAt: string | null;
    readonly retryAfterSeconds: number | null;
    readonly entries: readonly { readonly event: string; readonly time: string }[];
  }

  const document = `query ($id: ID!) {
  operation(id: $id) {
    id kind status target { namespace } startedAt completedAt associationArn association { id } refusalCode message
    retryAfterSeconds entries { event time }
  }
}`;

  async function operation(id: string, as = 'alice') {
    const { data, errors } = await gateway.send<{ operation: OperationFields | null }>(document, { id }, as);
    if (!data) throw new Error(JSON.stringify(errors));
    return data.operation;
  }

  describe('operation', () => {
    test('operation is SUCCEEDED with the association as it is now, and its entries, after a create', async () => {
      const { auditEntry, association } = await gateway.create();
      const found = await operation(auditEntry.operationId);
      expect(found).toEqual({
        id: auditEntry.operationId,
        kind: 'CREATE_POD_IDENTITY_ASSOCIATION',
        status: 'SUCCEEDED',
        target: { namespace: 'payments' },
        startedAt: found?.entries[0]?.time,
        completedAt: found?.entries[1]?.time,
        associationArn: association?.associationArn,
        association: { id: association?.associationArn },
        refusalCode: null,
        message: 'EKS created the association.',
        retryAfterSeconds: null,
        entries: [
          { event: 'INTENT', time: expect.any(String) },
          { event: 'SUCCEEDED', time: expect.any(String) },
        ],
      });
    });

    test('keeps its status when its token is used again, for the same and for another input', async () => {
      const { auditEntry } = await gateway.create();
      await gateway.create();
      await gateway.create({ serviceAccount: 'other' });
      const found = await operation(auditEntry.operationId);
      expect(found).toMatchObject({ status: 'SUCCEEDED', message: 'EKS created the association.', refusalCode: null });
      expect(found?.entries.map(({ event }) => event)).toEqual(['INTENT', 'SUCCEEDED', 'REPLAYED', 'TOKEN_REUSED']);
    });

    test('operation is IN_PROGRESS with the wait that the mutation itself returns, while its effect is not known', async () => {
      gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
      const answer = await gateway.create();
      expect(answer).toMatchObject({ status: 'IN_PROGRESS', retryAfterSeconds: 1 });
      const found = await operation(answer.auditEntry.operationId);
      expect(found).toMatchObject({
        status: 'IN_PROGRESS',
        completedAt: null,
        association: null,
        retryAfterSeconds: 1,
      });
      await gateway.create();
      expect(await operation(answer.auditEntry.operationId)).toMatchObject({ status: 'SUCCEEDED' });
    });

    test.each([
      ['REFUSED after a final refusal', { serviceAccount: 'api' }, 'REFUSED', 'ASSOCIATION_ALREADY_EXISTS'],
      ['RELEASED when its token can be used for another attempt', roleUnknown(), 'RELEASED', 'ROLE_NOT_FOUND'],
      ['REFUSED when policy denied the request', { namespace: 'search' }, 'REFUSED', 'POLICY_DENIED'],
      ['REFUSED when the input was not valid', { namespace: '*' }, 'REFUSED', 'INVALID_INPUT'],
    ])('is %s', async (_, fields, status, refusalCode) => {
      await gateway.create();
      const { auditEntry } = await gateway.create({ clientRequestToken: 'second', ...fields });
      const found = await operation(auditEntry.operationId);
      expect(found).toMatchObject({ status, refusalCode, completedAt: expect.any(String), retryAfterSeconds: null });
    });

    test('operation is closed although its first 100 entries are of contended requests', async () => {
      const { auditEntry } = await gateway.create();
      const { operationId } = auditEntry;
      const [intent, succeeded] = await ledger.operationEntries(operationId);
      const other = `${operationId.slice(0, 25)}${operationId.endsWith('A') ? 'B' : 'A'}`;
      if (!intent || !succeeded) throw new Error('The create wrote no entries.');
      const contended = Array.from({ length: 100 }, () => ({ ...intent, event: 'CONTENDED' as const, fence: null }));
      for (const entry of [intent, ...contended, succeeded]) {
        await ledger.appendEntry({ ...entry, operationId: other, entryId: nextUlid() });
      }
      expect(await operation(other)).toMatchObject({ status: 'SUCCEEDED', message: 'EKS created the association.' });
    });

    test('operation is null for a dry run, an unknown id and a malformed one', async () => {
      const check = `query ($input: CreatePodIdentityAssociationInput!) {
      checkCreatePodIdentityAssociation(input: $input) { auditEntry { operationId operation { id } } }
    }`;
      const { data } = await gateway.send<{
        checkCreatePodIdentityAssociation: { auditEntry: { operationId: string; operation: null } };
      }>(check, { input });
      const entry = data?.checkCreatePodIdentityAssociation.auditEntry;
      expect(entry?.operation).toBeNull();
      for (const id of [entry?.operationId ?? '', '01J00000000000000000000000', 'x', '']) {
        expect(await operation(id)).toBeNull();
      }
    });

    test('operation is null for a principal that may not read the trail of its namespace', async () => {
      const { auditEntry } = await gateway.create();
      expect(await operation(auditEntry.operationId, 'bob')).toBeNull();
      expect(await operation(auditEntry.operationId, 'olivia')).toMatchObject({ status: 'SUCCEEDED' });
    });
  });

  function roleUnknown() {
    return { serviceAccount: 'worker', roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-missing' };
  }

  describe('node', () => {
    const nodeDocument = `query ($id: ID!) {
    node(id: $id) {
      __typename id
      ... on PodIdentityAssociation { roleArn operationId }
      ... on AuditEntry { event operation { id } association { id } }
      ... on Operation { status association { id } }
    }
  }`;
    const node = async (id: string, as = 'alice') => {
      const { data, errors } = await gateway.send<{ node: object | null }>(nodeDocument, { id }, as);
      if (!data) throw new Error(JSON.stringify(errors));
      return data.node;
    };

    test('returns an association, an audit entry and an operation by the id that they have elsewhere', async () => {
      const { auditEntry, association } = await gateway.create();
      const id = association?.associationArn ?? '';
      const { operationId } = auditEntry;
      expect(await node(id)).toEqual({
        __typename: 'PodIdentityAssociation',
        id,
        roleArn: input.roleArn,
        operationId,
      });
      expect(await node(auditEntry.id)).toEqual({
        __typename: 'AuditEntry',
        id: auditEntry.id,
        event: 'SUCCEEDED',
        operation: { id: operationId },
        association: { id },
      });
      expect(await node(operationId)).toEqual({
        __typename: 'Operation',
        id: operationId,
        status: 'SUCCEEDED',
        association: { id },
      });
    });

    test('returns null for every id that the principal may not read', async () => {
      const { auditEntry, association } = await gateway.create();
      for (const id of [association?.associationArn ?? '', auditEntry.id, auditEntry.operationId]) {
        expect(await node(id, 'bob')).toBeNull();
      }
    });

    test.each([
      'arn:aws-cn:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/',
      'arn:aws:eks:eu-central-1:999988887777:podidentityassociation/apps-dev/',
      'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-prod/',
    ])('returns null for an ARN in another partition, account or cluster: %s', async (prefix) => {
      const { association } = await gateway.create();
      expect(await node(`${prefix}${association?.associationId}`, 'pat')).toBeNull();
    });

    test.each(['', 'x', 'arn:', 'arn:aws:iam::111122223333:role/x', '.', 'a.b'])('returns null for %j', async (id) => {
      expect(await node(id, 'pat')).toBeNull();
    });
  });

  test('audit entries of one association cost 1 EKS call for the association as it is now', async () => {
    const { association } = await gateway.create();
    await gateway.update({ associationId: association?.associationId, disableSessionTags: true });
    gateway.simulator.control.clearRequests();
    const trail = `{ auditTrail(scope: { cluster: { clusterName: "apps-dev", namespace: "payments" } }) {
    nodes { event association { id disableSessionTags } }
  } }`;
    const { data } = await gateway.send<{ auditTrail: { nodes: object[] } }>(trail);
    const live = { association: { id: association?.associationArn, disableSessionTags: true } };
    expect(data?.auditTrail.nodes).toMatchObject([
      { event: 'SUCCEEDED', ...live },
      { event: 'INTENT', ...live },
      { event: 'SUCCEEDED', ...live },
      { event: 'INTENT', association: null },
    ]);
    expect(gateway.sent('DescribePodIdentityAssociation')).toBe(1);
  });
});

const openDocument = `query ($first: Int) {
  openOperations(first: $first) { operationId kind startedAt inDoubtUntil attempts nextAttemptAt parked message }
}`;

interface Data {
  readonly openOperations:
    readonly { readonly operationId: string; readonly startedAt: string; readonly inDoubtUntil: string }[] | null;
}

describeOnLedger('openOperations on $name', ({ open }) => {
  let gateway: Gateway;
  /** What the reconciler serves. */
  let serves: Dependencies['serves'];

  openForEachTest((opened) => ({ gateway } = opened), { open, times: { signatureWindowMs: 300_000 } });

  beforeEach(() => {
    ({ serves } = gateway.deps);
  });

  const read = (as: string, variables: object = {}) => gateway.send<Data>(openDocument, variables, as);

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
