import type { Dependencies } from '../../src/operations/dependencies.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

let gateway: Gateway;
let ledger: Ledger;
let closeLedger: () => Promise<void>;
let reads = 0;

beforeEach(async () => {
  const [sqlite] = ledgersUnderTest();
  if (!sqlite) throw new Error('There is no ledger to test on.');
  ({ ledger, close: closeLedger } = await sqlite.open());
  reads = 0;
  const counting: Ledger = {
    ...ledger,
    operationEntries: (operationId) => {
      reads += 1;
      return ledger.operationEntries(operationId);
    },
  };
  gateway = await openGateway({ ledger: counting });
});

afterEach(async () => {
  await gateway.close();
  await closeLedger();
});

test.each([
  ['alice', { id: 'https://issuer.example#alice', kind: 'USER' }],
  ['chatops', { id: 'https://issuer.example#chatops', kind: 'SERVICE' }],
  ['alice-via-chatops', { id: 'https://issuer.example#alice', kind: 'USER' }],
])('viewer tells %s who the gateway takes them for', async (name, viewer) => {
  const { data } = await gateway.send('{ viewer { id kind groups sessionName } }', {}, name);
  expect(data).toMatchObject({ viewer: { ...viewer, sessionName: null } });
});

describe('podIdentityAssociation', () => {
  const document = `query ($id: String!, $cluster: String!, $account: String, $region: String) {
    podIdentityAssociation(associationId: $id, clusterName: $cluster, accountId: $account, region: $region) {
      associationId roleArn operationId
    }
  }`;
  const read = (variables: object, as?: string) =>
    gateway.send<{ podIdentityAssociation: unknown }>(document, variables, as);

  test('shows an association to its owners, to platform administrators and to auditors, and to nobody else', async () => {
    const { association, auditEntry } = await gateway.create();
    const variables = { id: association?.associationId, cluster: 'apps-dev' };
    const shown = { roleArn: roleArn('payments/payments-api'), operationId: auditEntry.operationId };
    for (const name of ['alice', 'pat', 'olivia']) {
      expect(await read(variables, name)).toMatchObject({ data: { podIdentityAssociation: shown } });
    }
    expect(await read(variables, 'bob')).toMatchObject({ data: { podIdentityAssociation: null } });
  });

  test.each([
    ['an id that no association has', { id: 'a-00000000000000000' }],
    ['an id of the wrong length', { id: 'a-1' }],
    ['a cluster that can’t be', { id: 'a-00000000000000000', cluster: '../apps-dev' }],
    ['an account outside the inventory', { id: 'a-00000000000000000', account: '999988887777' }],
    ['a region outside the inventory', { id: 'a-00000000000000000', region: 'us-east-1' }],
  ])('is null for %s', async (_, variables) => {
    expect(await read({ cluster: 'apps-dev', ...variables })).toEqual({
      status: 200,
      data: { podIdentityAssociation: null },
    });
  });

  test('is an error with a code when EKS gives no answer', async () => {
    gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
    const { data, errors } = await read({ id: 'a-00000000000000000', cluster: 'apps-dev' });
    expect(data).toEqual({ podIdentityAssociation: null });
    expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED', exception: 'AccessDeniedException' } }]);
  });
});

describe('auditEntry', () => {
  const document = `query ($id: ID!) {
    auditEntry(id: $id) {
      id event time operationId principal { id } target { namespace } decision { allowed policyIds policySetHash }
      request { roleArn tags { key value } } findings { path }
      operationEntries { id event operationEntries { event } }
    }
  }`;
  const read = (id: string, as?: string) =>
    gateway.send<{ auditEntry: Record<string, unknown> | null }>(document, { id }, as);

  test('shows an entry, and all of its operation, to those who may read the trail of its namespace', async () => {
    const { auditEntry } = await gateway.create();
    for (const name of ['alice', 'pat', 'olivia']) {
      const { data } = await read(auditEntry.id, name);
      expect(data?.auditEntry).toMatchObject({
        id: auditEntry.id,
        event: 'SUCCEEDED',
        target: { namespace: 'payments' },
        decision: {
          allowed: true,
          policyIds: ['owners-create'],
          policySetHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        request: { roleArn: roleArn('payments/payments-api'), tags: [{ key: 'team', value: 'payments' }] },
        findings: [],
        operationEntries: [{ event: 'INTENT' }, { event: 'SUCCEEDED' }],
      });
    }
    expect(await read(auditEntry.id, 'bob')).toMatchObject({ data: { auditEntry: null } });
  });

  test('shows everybody what they did themselves', async () => {
    const denied = await gateway.create({}, 'bob');
    expect(denied.refusal?.code).toBe('POLICY_DENIED');
    expect(await read(denied.auditEntry.id, 'bob')).toMatchObject({ data: { auditEntry: { event: 'DENIED' } } });
    const invalid = await gateway.create({ namespace: '*' }, 'bob');
    const seen = { data: { auditEntry: { event: 'INVALID', target: null, findings: [{ path: 'namespace' }] } } };
    expect(await read(invalid.auditEntry.id, 'bob')).toMatchObject(seen);
    expect(await read(invalid.auditEntry.id, 'alice')).toMatchObject({ data: { auditEntry: null } });
    expect(await read(invalid.auditEntry.id, 'olivia')).toMatchObject(seen);
  });

  test('reads the entries of an operation once a request', async () => {
    const { auditEntry } = await gateway.create();
    reads = 0;
    await read(auditEntry.id);
    expect(reads).toBe(1);
  });

  test.each(['', 'nonsense', '01J00000000000000000000000.01J00000000000000000000000', 'x'.repeat(100_000)])(
    'is null for an id that no entry has (%#)',
    async (id) => expect(await read(id)).toEqual({ status: 200, data: { auditEntry: null } }),
  );
});

test('an association in the way is not shown to a caller who may not view it, when answered and when replayed', async () => {
  await gateway.create();
  // No shipped rule lets anybody create where they may not view.
  const blinded = (deps: Dependencies): Dependencies => ({
    ...deps,
    authorize: (context, request) => {
      const decision = deps.authorize(context, request);
      return request.action === 'DescribePodIdentityAssociation' ? { ...decision, allowed: false } : decision;
    },
  });
  const blind = await openGateway({ ledger, simulator: gateway.simulator, change: blinded });
  const hidden = { code: 'ASSOCIATION_ALREADY_EXISTS', existing: null, differences: null };
  const second = { clientRequestToken: 'second' };
  expect(await blind.create(second)).toMatchObject({ replayed: false, refusal: hidden });
  expect(await blind.create(second)).toMatchObject({ replayed: true, refusal: hidden });
  await blind.close();
});

test('a bug is masked, and stands in the log under the request’s id', async () => {
  await gateway.close();
  const broken = () => {
    throw new Error('secret of the database');
  };
  gateway = await openGateway({ ledger, change: (deps) => ({ ...deps, authorize: broken }) });
  await expect(gateway.create()).rejects.toThrow('Something broke inside the gateway.');
  await expect(gateway.create()).rejects.not.toThrow('secret');
  const line = gateway.logged.find(({ message }) => message === 'A request met an error.');
  expect(line?.fields).toMatchObject({ apiRequestId: expect.any(String), error: expect.stringContaining('secret') });
});

test('each request leaves one line in the log', async () => {
  await gateway.send('query Me { viewer { id } }');
  expect(gateway.logged).toMatchObject([
    {
      level: 'info',
      fields: { principalId: 'https://issuer.example#alice', operation: 'query', operationName: 'Me', errors: 0 },
    },
  ]);
});
