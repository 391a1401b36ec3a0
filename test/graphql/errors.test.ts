import { errorCodes } from '../../src/graphql/error-codes.ts';
import { LedgerUnusable } from '../../src/ledger/format.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createDocument, deleteDocument } from '../support/documents.ts';
import { openForAllTests, openForEachTest } from '../support/each-test.ts';
import { home, input, openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

describe('errors', () => {
  interface Extensions {
    readonly code: keyof typeof errorCodes;
    readonly requestId: string;
    readonly retryable: boolean;
    readonly retryAfterSeconds: number | null;
  }

  interface Answer {
    readonly data?: unknown;
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: string[];
      readonly extensions: Extensions;
    }[];
  }

  let ledger: Ledger;
  let gateway: Gateway;

  openForAllTests((opened) => ({ gateway, ledger } = opened));
  beforeEach(() => void gateway.logged.splice(0));

  async function post(body: unknown, as = 'alice', headers: Record<string, string> = {}) {
    const authorization = `Bearer ${await gateway.tokenOf(as)}`;
    const response = await gateway.post(typeof body === 'string' ? body : JSON.stringify(body), {
      authorization,
      ...headers,
    });
    const requestId = response.headers.get('apigw-requestid');
    return { status: response.status, requestId, answer: (await response.json()) as Answer };
  }

  const trail =
    'query ($scope: AuditScope!, $since: DateTime) { auditTrail(scope: $scope, since: $since) { nodes { id } } }';
  const describe_ =
    'query ($id: String!) { podIdentityAssociation(clusterName: "apps-dev", associationId: $id) { id } }';
  const own = { principalId: 'https://issuer.example#alice' };

  describe('every top-level error has a code, the request ID, and whether and when to retry', () => {
    test.each([
      ['BAD_REQUEST', 'not JSON', '{"query": '],
      ['BAD_REQUEST', 'a batch', [{ query: '{ viewer { id } }' }]],
      ['GRAPHQL_PARSE_FAILED', 'a syntax error', { query: '{' }],
      ['GRAPHQL_VALIDATION_FAILED', 'an unknown field', { query: '{ nothing }' }],
      ['GRAPHQL_VALIDATION_FAILED', 'a subscription', { query: 'subscription { viewer { id } }' }],
      [
        'OPERATION_RESOLUTION_FAILURE',
        'an unknown operation',
        { query: 'query A { viewer { id } }', operationName: 'B' },
      ],
      ['OPERATION_RESOLUTION_FAILURE', 'two operations', { query: 'query A { __typename } query B { __typename }' }],
      ['BAD_USER_INPUT', 'a variable of the wrong type', { query: trail, variables: { scope: 1 } }],
      ['BAD_USER_INPUT', 'an invalid argument', { query: '{ clusters(first: 0) { nodes { region } } }' }],
      ['FORBIDDEN', 'a read that policy denies', { query: trail, variables: { scope: { gateway: 'ALL_ENTRIES' } } }],
      [
        'PERSISTED_QUERY_NOT_SUPPORTED',
        'a hash without a document',
        { extensions: { persistedQuery: { version: 1, sha256Hash: 'x'.repeat(64) } } },
      ],
      [
        'PERSISTED_QUERY_NOT_SUPPORTED',
        'a hash of another version, with a document',
        { query: '{ __typename }', extensions: { persistedQuery: { version: 'two', sha256Hash: { a: 1 } } } },
      ],
    ] as const)('%s for %s', async (code, _, body) => {
      const { status, requestId, answer } = await post(body);
      expect(answer.errors?.map(({ extensions }) => extensions)).toMatchObject([
        { code, requestId, retryable: false, retryAfterSeconds: null },
      ]);
      expect(status).toBe(answer.data === undefined ? errorCodes[code].status : 200);
      expect(gateway.logged).toMatchObject([
        { level: 'warn', fields: { apiRequestId: requestId, outcome: 'FAILED', code, errorCount: 1, status } },
      ]);
    });

    test('EKS_READ_FAILED, which can be retried unless EKS denies the gateway access', async () => {
      const { association } = await gateway.create({ serviceAccount: 'reads', clientRequestToken: 'reads' });
      const body = { query: describe_, variables: { id: association?.associationId } };
      const read = async (kind: 'throttle' | 'access-denied', times: number) => {
        gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind, times });
        return (await post(body)).answer.errors?.[0];
      };
      expect((await read('throttle', 3))?.extensions).toMatchObject({ retryable: true, retryAfterSeconds: 5 });
      const denied = await read('access-denied', 1);
      expect(denied?.extensions).toMatchObject({ code: 'EKS_READ_FAILED', retryable: false, retryAfterSeconds: null });
      expect(denied?.message).not.toMatch(/arn:|User:/);
      expect(gateway.logged.at(-1)?.fields.detail).toMatch(/User: arn:/);
    });

    test('LEDGER_UNAVAILABLE, which can be retried', async () => {
      const commit = () => Promise.reject(new LedgerUnavailable(new Error('no route')));
      const change = (deps: Gateway['deps']) => ({ ...deps, ledger: { ...ledger, commit } });
      const other = await openBeside(gateway, { change });
      const { errors } = await other.send(createDocument, { input: { ...input, clientRequestToken: 'unavailable' } });
      expect(errors).toMatchObject([
        { extensions: { code: 'LEDGER_UNAVAILABLE', retryable: true, retryAfterSeconds: 5 } },
      ]);
    });
  });

  test(`LEDGER_UNUSABLE can't be retried, and only the log says what is wrong with the tables`, async () => {
    const commit = () => Promise.reject(new LedgerUnusable(new Error('Table audit: it has no index byTime.')));
    const change = (deps: Gateway['deps']) => ({ ...deps, ledger: { ...ledger, commit } });
    const other = await openBeside(gateway, { change });
    const { errors } = await other.send(createDocument, { input: { ...input, clientRequestToken: 'unusable' } });
    expect(errors).toMatchObject([
      { extensions: { code: 'LEDGER_UNUSABLE', retryable: false, retryAfterSeconds: null } },
    ]);
    expect(JSON.stringify(errors)).not.toContain('byTime');
    expect(JSON.stringify(other.logged)).toContain('Table audit: it has no index byTime.');
  });

  describe('an answer has at most 10 errors', () => {
    test('of the document, the last one with the number of the others', async () => {
      const fields = Array.from({ length: 12 }, (_, index) => `nothing${index}`);
      const { answer } = await post({ query: `{ ${fields.join(' ')} }` });
      expect(answer.errors).toHaveLength(10);
      expect(answer.errors?.[8]?.message).toMatch(/"nothing8"/);
      expect(answer.errors?.[9]?.message).toMatch(/^3 more errors are not listed\. The first of them: .*"nothing9"/);
      expect(gateway.logged).toMatchObject([{ fields: { errorCount: 12 } }]);
    });

    test('of the variables, as the findings of one error', async () => {
      const tags = Array.from({ length: 40 }, () => 'x');
      const { answer } = await post({ query: createDocument, variables: { input: { ...input, tags } } });
      const [error] = answer.errors ?? [];
      const { findings } = (error?.extensions ?? {}) as unknown as { findings: { path: string; message: string }[] };
      expect(findings).toHaveLength(10);
      expect(findings[0]).toMatchObject({ path: 'input.tags.0', rule: 'type' });
      expect(findings[9]).toMatchObject({ rule: 'more-findings', message: '31 more values have the wrong type.' });
    });
  });

  describe('DateTime', () => {
    const wrong = [
      123,
      1.5,
      true,
      {},
      [],
      ['2026-11-24T10:00:00Z'],
      '',
      '2026-02-30T10:00:00Z',
      '2026-11-24',
      '\ud800',
    ];

    test.each(wrong)('refuses %j as expectedModifiedAt', async (expectedModifiedAt) => {
      const variables = {
        input: { clusterName: 'apps-dev', associationId: 'a-0123456789abcdefg', expectedModifiedAt },
      };
      const { status, answer } = await post({ query: deleteDocument, variables });
      expect([status, answer.errors]).toMatchObject([
        400,
        [
          {
            message: expect.stringContaining(message('input.expectedModifiedAt')),
            extensions: { code: 'BAD_USER_INPUT' },
          },
        ],
      ]);
    });

    test.each(wrong)('refuses %j as a filter of the trail', async (since) => {
      const { answer } = await post({ query: trail, variables: { scope: own, since } });
      expect(answer.errors).toMatchObject([
        { message: expect.stringContaining(message('since')), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    });

    test.each([
      ['a number', '123'],
      ['a list', '["2026-11-24T10:00:00Z"]'],
      ['an object', '{a: 1}'],
      ['a day that does not exist', '"2026-02-30T10:00:00Z"'],
      ['90 lists in each other', `${'['.repeat(90)}${']'.repeat(90)}`],
    ])('refuses %s as a literal', async (_, literal) => {
      const { answer } = await post({
        query: `{ auditTrail(scope: {principalId: "x"}, since: ${literal}) { nodes { id } } }`,
      });
      expect(answer.errors).toMatchObject([
        {
          message: expect.stringMatching(
            /^The value at line 1, column 48 is not valid: a value of type DateTime, an RFC/,
          ),
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ]);
    });

    test('accepts any offset and null', async () => {
      for (const since of ['2026-11-24T11:00:00.123456789+01:00', null]) {
        expect((await post({ query: trail, variables: { scope: own, since } })).answer.errors).toBeUndefined();
      }
    });

    function message(path: string): string {
      return `${path} is not valid: a value of type DateTime, an RFC 3339 timestamp such as "2026-11-24T10:00:00Z"`;
    }
  });

  describe('the log has one line for a request, with its outcome and code', () => {
    const fieldsOf = () =>
      gateway.logged.filter(({ message }) => message === 'Request answered.').map(({ fields }) => fields);

    test('of mutations', async () => {
      await gateway.create({ serviceAccount: 'log', clientRequestToken: 'log' });
      await gateway.create({ serviceAccount: 'log', clientRequestToken: 'log' });
      await gateway.create({ serviceAccount: 'log', clientRequestToken: 'log-2' });
      await gateway.create({ clientRequestToken: 'log-3' }, 'bob');
      await gateway.create({ clientRequestToken: 'log-4', roleArn: 'x' });
      const common = {
        route: 'POST /graphql',
        operation: 'mutation',
        fields: ['createPodIdentityAssociation'],
        principalId: 'https://issuer.example#alice',
        apiRequestId: expect.any(String),
        durationMs: expect.any(Number),
        errorCount: 0,
      };
      expect(fieldsOf()).toMatchObject([
        { ...common, outcome: 'SUCCEEDED', code: null },
        { ...common, outcome: 'REPLAYED', code: null },
        { ...common, outcome: 'REFUSED', code: 'ASSOCIATION_ALREADY_EXISTS' },
        { ...common, outcome: 'DENIED', code: 'POLICY_DENIED', principalId: 'https://issuer.example#bob' },
        { ...common, outcome: 'INVALID', code: 'INVALID_INPUT' },
      ]);
    });

    test('of queries', async () => {
      await post({ query: 'query Mine { a: viewer { id } ...F } fragment F on Query { gateway { version } }' });
      await post({ query: trail, variables: { scope: { gateway: 'ALL_ENTRIES' } } });
      expect(fieldsOf()).toMatchObject([
        { operation: 'query', operationName: 'Mine', fields: ['viewer', 'gateway'], outcome: 'ANSWERED', code: null },
        {
          fields: ['auditTrail'],
          outcome: 'FAILED',
          code: 'FORBIDDEN',
          errors: [{ code: 'FORBIDDEN', path: 'auditTrail' }],
        },
      ]);
    });
  });
});

describe('metrics of the log', () => {
  let gateway: Gateway;
  let isLedgerDown = false;

  beforeEach(() => void (isLedgerDown = false));
  openForEachTest((opened) => ({ gateway } = opened), {
    around: (real) => ({
      ...real,
      commit: (...change) => (isLedgerDown ? Promise.reject(new LedgerUnavailable('Down.')) : real.commit(...change)),
    }),
  });

  const line = () => gateway.logged.at(-1)?.fields ?? {};
  const fault = (kind: 'throttle' | 'access-denied' | 'cut-after') =>
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind });

  test('a change counts as failed if the gateway or a service that it calls is the reason', async () => {
    for (const kind of ['throttle', 'access-denied', 'cut-after'] as const) {
      fault(kind);
      await gateway.create({ serviceAccount: kind, clientRequestToken: kind });
      expect(line()).toMatchObject({ failedChanges: 1, failures: 0 });
    }
    isLedgerDown = true;
    await gateway.send(
      `mutation { createPodIdentityAssociation(input: { clusterName: "apps-dev", namespace: "payments", serviceAccount: "down",
      roleArn: "${roleArn('payments/payments-api')}", tags: [{ key: "team", value: "payments" }], clientRequestToken: "down" }) { status } }`,
    );
    expect(line()).toMatchObject({ code: 'LEDGER_UNAVAILABLE', failedChanges: 1, failures: 1 });
  });

  test('a change that succeeds, or fails by its request, counts as one that did not fail', async () => {
    await gateway.create();
    expect(line()).toMatchObject({ outcome: 'SUCCEEDED', failedChanges: 0, failures: 0 });
    await gateway.create({ namespace: 'search', clientRequestToken: 'denied' });
    expect(line()).toMatchObject({ outcome: 'DENIED', failedChanges: 0, failures: 0 });
    await gateway.create({ roleArn: 'no ARN', clientRequestToken: 'invalid' });
    expect(line()).toMatchObject({ code: 'INVALID_INPUT', failedChanges: 0, failures: 0 });
  });

  test('a query is no change, and counts as failed only with an error of the gateway', async () => {
    await gateway.send('{ viewer { id } }');
    expect(line()).toMatchObject({ failures: 0 });
    expect(line()).not.toHaveProperty('failedChanges');
    await gateway.send('{ nothing }');
    expect(line()).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', failures: 0 });
  });
});

describe('the target in the log', () => {
  let gateway: Gateway;
  /** Where a create of these tests is made. */
  const target = { ...home, clusterName: 'apps-dev', namespace: 'payments' };

  openForEachTest((opened) => ({ gateway } = opened));

  /** The fields of the line of the last request. */
  const line = () => gateway.logged.at(-1)?.fields ?? {};
  const fail = (operation: 'DescribePodIdentityAssociation' | 'CreatePodIdentityAssociation', kind: 'access-denied') =>
    gateway.simulator.control.addFault({ operation, kind });

  describe('the line of a request names account, region, cluster and namespace', () => {
    test('of a create that succeeded, was denied by policy, or was refused', async () => {
      await gateway.create();
      expect(line()).toMatchObject({ outcome: 'SUCCEEDED', ...target });
      await gateway.create({ namespace: 'search', roleArn: roleArn('search/x'), clientRequestToken: 'denied' });
      expect(line()).toMatchObject({ outcome: 'DENIED', ...target, namespace: 'search' });
      fail('CreatePodIdentityAssociation', 'access-denied');
      await gateway.create({ serviceAccount: 'other', clientRequestToken: 'refused' });
      expect(line()).toMatchObject({ code: 'GATEWAY_ACCESS_DENIED', ...target });
    });

    test('of a list and of a page of the audit trail', async () => {
      await gateway.send(
        '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { id } } }',
      );
      expect(line()).toMatchObject(target);
      await gateway.send(
        '{ auditTrail(scope: { cluster: { clusterName: "apps-dev", namespace: "payments" } }) { nodes { id } } }',
      );
      expect(line()).toMatchObject(target);
    });

    test('of a change that fails before its association is known: without a namespace', async () => {
      const { association } = await gateway.create();
      fail('DescribePodIdentityAssociation', 'access-denied');
      const document =
        'mutation ($input: DeletePodIdentityAssociationInput!) { deletePodIdentityAssociation(input: $input) { status } }';
      await gateway.send(document, {
        input: { clusterName: 'apps-dev', associationId: association?.associationId, clientRequestToken: 'deleted' },
      });
      const { namespace: _, ...cluster } = target;
      expect(line()).toMatchObject({ code: 'EKS_READ_FAILED', ...cluster });
      expect(line()).not.toHaveProperty('namespace');
    });
  });

  test('the line of a request has no name that validation rejects, and none for a request about no cluster', async () => {
    await gateway.send(createDocument, { input: { ...input, clusterName: 'not a cluster' } });
    expect(line()).toMatchObject({ code: 'INVALID_INPUT' });
    expect(line()).not.toHaveProperty('clusterName');
    await gateway.send('{ viewer { id } }');
    expect(line()).not.toHaveProperty('accountId');
  });
});
