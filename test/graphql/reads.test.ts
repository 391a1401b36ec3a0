import { createHash } from 'node:crypto';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openSqlite } from '../support/ledgers.ts';

let gateway: Gateway;
let ledger: Ledger;
let closeLedger: () => Promise<void>;
let reads = 0;

beforeEach(async () => {
  ({ ledger, close: closeLedger } = await openSqlite());
  reads = 0;
  const counting: Ledger = {
    ...ledger,
    operationEntries: (operationId, page) => {
      reads += 1;
      return ledger.operationEntries(operationId, page);
    },
  };
  gateway = await openGateway({ ledger: counting });
});

afterEach(async () => {
  await gateway.close();
  await closeLedger();
});

const chatops = 'https://issuer.example#chatops';

test.each([
  ['alice', { id: 'https://issuer.example#alice', kind: 'USER', actor: null }],
  ['chatops', { id: chatops, kind: 'SERVICE', actor: null }],
  ['alice-via-chatops', { id: 'https://issuer.example#alice', kind: 'USER', actor: { principalId: chatops } }],
])('viewer returns the authenticated principal of %s, and the service that acts for it', async (name, viewer) => {
  const { data } = await gateway.send('{ viewer { id kind groups sessionName actor { principalId } } }', {}, name);
  expect(data).toMatchObject({ viewer: { ...viewer, sessionName: null } });
});

test('viewer has all groups of the token; an entry has those that a policy names, and the number and hash of the others', async () => {
  const document = `query ($id: ID!) {
    viewer { groups }
    auditEntry(id: $id) { principal { __typename principalId kind groups otherGroupsCount otherGroupsHash sessionName } }
  }`;
  const { auditEntry } = await gateway.create();
  const { data } = await gateway.send<Record<string, unknown>>(document, { id: auditEntry.id });
  expect(data?.viewer).toEqual({ groups: ['payments-team', 'scope:pod-identity-gateway/use'] });
  expect(data?.auditEntry).toEqual({
    principal: {
      __typename: 'RecordedPrincipal',
      principalId: 'https://issuer.example#alice',
      kind: 'USER',
      groups: ['payments-team'],
      otherGroupsCount: 1,
      otherGroupsHash: createHash('sha256').update('["scope:pod-identity-gateway/use"]').digest('hex'),
      sessionName: null,
    },
  });
});

describe('podIdentityAssociation', () => {
  const document = `query ($id: String!, $cluster: String!, $account: String, $region: String) {
    podIdentityAssociation(associationId: $id, clusterName: $cluster, accountId: $account, region: $region) {
      associationId roleArn operationId
    }
  }`;
  const read = (variables: object, as?: string) =>
    gateway.send<{ podIdentityAssociation: unknown }>(document, variables, as);

  test('returns an association to its owners, platform administrators and auditors only', async () => {
    const { association, auditEntry } = await gateway.create();
    const variables = { id: association?.associationId, cluster: 'apps-dev' };
    const visible = { roleArn: roleArn('payments/payments-api'), operationId: auditEntry.operationId };
    for (const name of ['alice', 'pat', 'olivia']) {
      expect(await read(variables, name)).toMatchObject({ data: { podIdentityAssociation: visible } });
    }
    expect(await read(variables, 'bob')).toMatchObject({ data: { podIdentityAssociation: null } });
  });

  test.each([
    ['an id of no association', { id: 'a-00000000000000000' }],
    ['an id of the wrong length', { id: 'a-1' }],
    ['an invalid cluster name', { id: 'a-00000000000000000', cluster: '../apps-dev' }],
    ['an account outside the inventory', { id: 'a-00000000000000000', account: '999988887777' }],
    ['a region outside the inventory', { id: 'a-00000000000000000', region: 'us-east-1' }],
  ])('podIdentityAssociation is null for %s', async (_, variables) => {
    expect(await read({ cluster: 'apps-dev', ...variables })).toEqual({
      status: 200,
      data: { podIdentityAssociation: null },
    });
  });

  test('fails with EKS_READ_FAILED when EKS denies access', async () => {
    gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
    const { data, errors } = await read({ id: 'a-00000000000000000', cluster: 'apps-dev' });
    expect(data).toEqual({ podIdentityAssociation: null });
    expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED', exception: 'AccessDeniedException' } }]);
  });
});

describe('auditEntry', () => {
  const document = `query ($id: ID!) {
    auditEntry(id: $id) {
      id event time operationId principal { principalId } target { namespace } decision { allowed policyIds policySetHash }
      request { roleArn tags { key value } } findings { path }
      operation { entries { id event operation { entries { event } } } }
    }
  }`;
  const read = (id: string, as?: string) =>
    gateway.send<{ auditEntry: Record<string, unknown> | null }>(document, { id }, as);

  test('returns an entry and all entries of its operation to principals that may read the trail of its namespace', async () => {
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
        operation: { entries: [{ event: 'INTENT' }, { event: 'SUCCEEDED' }] },
      });
    }
    expect(await read(auditEntry.id, 'bob')).toMatchObject({ data: { auditEntry: null } });
  });

  test('returns to every principal its own entries', async () => {
    const denied = await gateway.create({}, 'bob');
    expect(denied.refusal?.code).toBe('POLICY_DENIED');
    expect(await read(denied.auditEntry.id, 'bob')).toMatchObject({ data: { auditEntry: { event: 'DENIED' } } });
    const invalid = await gateway.create({ namespace: '*' }, 'bob');
    const invalidEntry = {
      data: { auditEntry: { event: 'INVALID', target: null, findings: [{ path: 'namespace' }] } },
    };
    expect(await read(invalid.auditEntry.id, 'bob')).toMatchObject(invalidEntry);
    expect(await read(invalid.auditEntry.id, 'alice')).toMatchObject({ data: { auditEntry: null } });
    expect(await read(invalid.auditEntry.id, 'olivia')).toMatchObject(invalidEntry);
  });

  test('reads the first entry of an operation, and the others once per request', async () => {
    const { auditEntry } = await gateway.create();
    reads = 0;
    await read(auditEntry.id);
    expect(reads).toBe(2);
  });

  test.each(['', 'nonsense', '01J00000000000000000000000.01J00000000000000000000000', 'x'.repeat(100_000)])(
    'auditEntry is null for an id of no entry (%#)',
    async (id) => expect(await read(id)).toEqual({ status: 200, data: { auditEntry: null } }),
  );
});

test('does not disclose a conflicting association to a principal that may not view it, in the first result and in replays', async () => {
  await gateway.create();
  // Every principal that may create by the shipped policies may also view, so the test overrides the decision.
  const withoutView = (deps: Dependencies): Dependencies => ({
    ...deps,
    authorize: (context, request) => {
      const decision = deps.authorize(context, request);
      return request.action === 'DescribePodIdentityAssociation' ? { ...decision, allowed: false } : decision;
    },
  });
  const other = await openGateway({ ledger, simulator: gateway.simulator, change: withoutView });
  const hidden = { code: 'ASSOCIATION_ALREADY_EXISTS', existing: null, differences: null };
  const second = { clientRequestToken: 'second' };
  expect(await other.create(second)).toMatchObject({ replayed: false, refusal: hidden });
  expect(await other.create(second)).toMatchObject({ replayed: true, refusal: hidden });
  await other.close();
});

test('masks an internal error, and logs it with the request ID', async () => {
  await gateway.close();
  const broken = () => {
    throw new Error('secret of the database');
  };
  gateway = await openGateway({ ledger, change: (deps) => ({ ...deps, authorize: broken }) });
  await expect(gateway.create()).rejects.toThrow('Internal error.');
  await expect(gateway.create()).rejects.not.toThrow('secret');
  const line = gateway.logged.find(({ level }) => level === 'error');
  expect(line?.fields).toMatchObject({ apiRequestId: expect.any(String), detail: expect.stringContaining('secret') });
});

test('writes one log line per request', async () => {
  await gateway.send('query Me { viewer { id } }');
  expect(gateway.logged).toMatchObject([
    {
      level: 'info',
      fields: {
        principalId: 'https://issuer.example#alice',
        operation: 'query',
        operationName: 'Me',
        outcome: 'ANSWERED',
      },
    },
  ]);
});
