import type { Ledger, TrailQuery } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { cursorOf } from '../../src/validation/paging.ts';
import { home, openGateway } from '../support/gateway.ts';
import type { Answered, Gateway } from '../support/gateway.ts';
import { appendAll, auditEntryAt } from '../support/ledger-samples.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

interface Trail {
  readonly edges: readonly {
    readonly cursor: string;
    readonly node: { readonly id: string; readonly event: string };
  }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const page = 'edges { cursor node { id event } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const document = `query ($scope: AuditScope!, $first: Int, $after: String, $since: DateTime, $until: DateTime,
  $events: [AuditEvent!], $operations: [OperationKind!]) {
  auditTrail(scope: $scope, first: $first, after: $after, since: $since, until: $until, events: $events, operations: $operations) { ${page} }
}`;
const associationDocument = `query ($id: String!, $first: Int, $after: String) {
  podIdentityAssociation(clusterName: "apps-dev", associationId: $id) { associationId auditTrail(first: $first, after: $after) { ${page} } }
}`;

const begin = Date.UTC(2026, 10, 20);
const target = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
const associationId = 'a-0123456789abcdefg';
const associationArn = `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${associationId}`;
const user = (name: string) => ({
  id: `https://issuer.example#${name}`,
  kind: 'USER' as const,
  groups: [],
  sessionName: null,
});
const entryAt = (index: number, fields: Partial<AuditEntry> = {}) =>
  auditEntryAt(begin + index * 60_000, { target, principal: user('alice'), associationArn, ...fields });

const namespace = { cluster: { clusterName: 'apps-dev', namespace: 'payments' } };

describe.each(ledgersUnderTest().filter(({ available }) => available))('on $name', ({ open }) => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateway: Gateway;
  let queries: TrailQuery[];

  beforeEach(async () => {
    ({ ledger, close: closeLedger } = await open());
    queries = [];
    const recording: Ledger = {
      ...ledger,
      readTrail: (query) => {
        queries.push(query);
        return ledger.readTrail(query);
      },
    };
    gateway = await openGateway({ ledger: recording });
  });

  afterEach(async () => {
    await gateway.close();
    await closeLedger();
  });

  /** Entries a minute apart, the newest last. */
  async function fill(count: number, fieldsOf: (index: number) => Partial<AuditEntry> = () => ({})) {
    const entries = Array.from({ length: count }, (_, index) => entryAt(index, fieldsOf(index)));
    await appendAll(ledger, entries);
    return entries;
  }

  const send = (variables: object, as = 'alice') =>
    gateway.send<{ auditTrail: Trail }>(document, { scope: namespace, ...variables }, as);

  async function read(variables: object = {}, as?: string): Promise<Trail> {
    const answered = await send(variables, as);
    if (!answered.data) throw new Error(JSON.stringify(answered));
    return answered.data.auditTrail;
  }

  const newestFirst = (entries: readonly AuditEntry[]) =>
    entries.map(({ operationId, entryId }) => `${operationId}.${entryId}`).reverse();
  const idsOf = ({ edges }: Trail) => edges.map(({ node }) => node.id);
  const codeOf = ({ errors }: Answered<unknown>) => errors?.[0]?.extensions.code ?? null;

  describe('pages', () => {
    test('return each entry once, newest first, while entries are added', async () => {
      const entries = await fill(25);
      const first = await read({ first: 10 });
      await appendAll(ledger, [entryAt(100)]);
      const second = await read({ first: 10, after: first.pageInfo.endCursor });
      await appendAll(ledger, [entryAt(101)]);
      const third = await read({ first: 10, after: second.pageInfo.endCursor });
      expect([first, second, third].flatMap(idsOf)).toEqual(newestFirst(entries));
      expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
      expect(idsOf(await read({ after: first.edges[3]?.cursor }))).toEqual(newestFirst(entries).slice(4));
    });

    test('have 50 edges by default, and return their first and last cursor', async () => {
      await fill(51);
      const { edges, pageInfo } = await read({ first: null });
      expect(edges).toHaveLength(50);
      expect(pageInfo).toEqual({
        hasNextPage: true,
        hasPreviousPage: false,
        startCursor: edges[0]?.cursor,
        endCursor: edges.at(-1)?.cursor,
      });
    });

    test('have no cursors when there are no entries', async () => {
      const nothing = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
      expect(await read()).toEqual({ edges: [], pageInfo: nothing });
    });

    test('deep in a long trail take one ledger query for exactly one page', async () => {
      const entries = await fill(2_300);
      const first = await read({ first: 1_000 });
      const second = await read({ first: 1_000, after: first.pageInfo.endCursor });
      queries = [];
      const third = await read({ first: 10, after: second.pageInfo.endCursor });
      expect(idsOf(third)).toEqual(newestFirst(entries).slice(2_000, 2_010));
      expect(queries).toMatchObject([{ limit: 10, before: entries[300]?.entryId }]);
    }, 30_000);

    test('continue from the end cursor when a filter returns fewer entries than requested', async () => {
      const entries = await fill(1_500, (index) => ({ event: index === 3 ? 'DENIED' : 'INTENT' }));
      const first = await read({ events: ['DENIED'] });
      expect(first).toMatchObject({ edges: [], pageInfo: { hasNextPage: true, startCursor: null } });
      const second = await read({ events: ['DENIED'], after: first.pageInfo.endCursor });
      expect(idsOf(second)).toEqual(newestFirst(entries.slice(3, 4)));
    }, 30_000);
  });

  test('since is inclusive, until is exclusive, and an entry must match both filters', async () => {
    const entries = await fill(10, (index) => ({
      event: index % 2 === 0 ? 'INTENT' : 'SUCCEEDED',
      operation: index < 5 ? 'CREATE_POD_IDENTITY_ASSOCIATION' : 'DELETE_POD_IDENTITY_ASSOCIATION',
    }));
    const at = (index: number) => entries[index]?.time;
    expect(idsOf(await read({ since: at(2), until: at(6) }))).toEqual(newestFirst(entries.slice(2, 6)));
    const offset = new Date(begin + 2 * 60_000 + 3_600_000).toISOString().replace('Z', '+01:00');
    expect(idsOf(await read({ since: offset, until: at(4) }))).toEqual(newestFirst(entries.slice(2, 4)));
    const deletes = { operations: ['DELETE_POD_IDENTITY_ASSOCIATION'], events: ['INTENT'] };
    expect(idsOf(await read(deletes))).toEqual(newestFirst([6, 8].flatMap((index) => entries[index] ?? [])));
    expect(idsOf(await read({ events: [] }))).toEqual([]);
  });

  describe('authorization', () => {
    const scopes = {
      namespace,
      serviceAccount: { cluster: { ...namespace.cluster, serviceAccount: 'api' } },
      cluster: { cluster: { clusterName: 'apps-dev' } },
      principal: { principalId: user('alice').id },
      association: { associationArn },
      operation: { operationId: '' },
      all: { all: true },
      stranger: { principalId: user('stranger').id },
    };
    const allScopes = [
      'namespace',
      'serviceAccount',
      'cluster',
      'principal',
      'association',
      'operation',
      'all',
      'stranger',
    ];

    test.each([
      ['alice', ['namespace', 'serviceAccount', 'principal', 'association', 'operation']],
      ['alice-via-chatops', ['namespace', 'serviceAccount', 'principal', 'association', 'operation']],
      ['chatops', ['namespace', 'serviceAccount', 'association', 'operation']],
      ['bob', []],
      ['pat', allScopes],
      ['olivia', allScopes],
    ])('%s: %j', async (as, expected) => {
      const [entry] = await fill(1);
      const allowed: string[] = [];
      for (const [name, scope] of Object.entries(scopes)) {
        const answered = await send({ scope: name === 'operation' ? { operationId: entry?.operationId } : scope }, as);
        if (answered.data) allowed.push(name);
        else expect(codeOf(answered)).toBe('FORBIDDEN');
      }
      expect(allowed).toEqual(expected);
      expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
    });

    test('every principal reads its own entries, including services', async () => {
      await gateway.create({}, 'bob');
      expect((await read({ scope: { principalId: user('bob').id } }, 'bob')).edges).toHaveLength(1);
      expect((await read({ scope: { principalId: user('chatops').id } }, 'chatops')).edges).toEqual([]);
      const { auditEntry } = await gateway.create({ namespace: '*' }, 'bob');
      expect((await read({ scope: { operationId: auditEntry.operationId } }, 'bob')).edges).toHaveLength(1);
      expect(codeOf(await send({ scope: { operationId: auditEntry.operationId } }, 'alice'))).toBe('FORBIDDEN');
    });

    test('a denial names the namespace and its owners, and takes 0 ledger reads when the scope is sufficient', async () => {
      await fill(2);
      const { errors } = await send({}, 'bob');
      expect(errors?.[0]?.message).toMatch(
        /read the audit trail of namespace payments.*Owners of the namespace: payments-team/,
      );
      expect(queries).toEqual([]);
    });

    test('a denial for an association or an operation does not disclose whether it has entries', async () => {
      const [entry] = await fill(1);
      const other = { associationArn: associationArn.replace(associationId, 'a-9999999999999999z') };
      expect(await send({ scope: { associationArn } }, 'bob')).toEqual(await send({ scope: other }, 'bob'));
      const operation = (operationId: string | undefined) => send({ scope: { operationId } }, 'bob');
      expect(await operation(entry?.operationId)).toEqual(await operation('01J00000000000000000000000'));
    });

    test('the owner of an association reads pages and filters that have no entries', async () => {
      await fill(3);
      const scope = { associationArn };
      const { pageInfo } = await read({ scope, first: 3 });
      expect((await read({ scope, after: pageInfo.endCursor })).edges).toEqual([]);
      expect((await read({ scope, events: ['LATE_SUCCESS'] })).edges).toEqual([]);
      expect(codeOf(await send({ scope, events: ['LATE_SUCCESS'] }, 'bob'))).toBe('FORBIDDEN');
    });

    test('auditors read a cluster that is not in the inventory by association and by operation', async () => {
      const gone = { ...target, clusterName: 'apps-gone' };
      const arn = associationArn.replace('apps-dev', 'apps-gone');
      const [entry] = await fill(1, () => ({ target: gone, associationArn: arn, principal: user('bob') }));
      for (const scope of [{ associationArn: arn }, { operationId: entry?.operationId }]) {
        expect((await read({ scope }, 'olivia')).edges).toHaveLength(1);
        expect(codeOf(await send({ scope }, 'alice'))).toBe('FORBIDDEN');
      }
      expect(codeOf(await send({ scope: { cluster: { clusterName: 'apps-gone' } } }, 'olivia'))).toBe('FORBIDDEN');
    });
  });

  describe('auditTrail of an association', () => {
    const readOf = (id: string | undefined, more: object = {}, as = 'alice') =>
      gateway.send<{ podIdentityAssociation: { associationId: string; auditTrail: Trail | null } | null }>(
        associationDocument,
        { id, ...more },
        as,
      );

    test('equals auditTrail of its ARN, page by page, with interchangeable cursors', async () => {
      const { association } = await gateway.create();
      await gateway.update({
        associationId: association?.associationId,
        disableSessionTags: true,
        clientRequestToken: 'update',
      });
      const whole = (await readOf(association?.associationId)).data?.podIdentityAssociation?.auditTrail;
      expect(whole?.edges.map(({ node }) => node.event)).toEqual(['SUCCEEDED', 'INTENT', 'SUCCEEDED']);
      const scope = { associationArn: association?.associationArn };
      expect(await read({ scope })).toEqual(whole);
      const { data } = await readOf(association?.associationId, { first: 1, after: whole?.edges[0]?.cursor });
      expect(data?.podIdentityAssociation?.auditTrail?.edges).toEqual(whole?.edges.slice(1, 2));
    });

    test('is null for a principal that may view the association but not read its trail', async () => {
      await gateway.close();
      gateway = await openGateway({
        ledger,
        change: (deps) => ({
          ...deps,
          authorize: (context, request) => {
            const decision = deps.authorize(context, request);
            const denied = { allowed: false, violations: [{ policyId: 'x', message: 'No.', advice: null }] };
            return request.action === 'ReadAuditTrail' ? { ...decision, ...denied } : decision;
          },
        }),
      });
      const { association } = await gateway.create();
      const answered = await readOf(association?.associationId);
      expect(answered.data?.podIdentityAssociation).toEqual({
        associationId: association?.associationId,
        auditTrail: null,
      });
      expect(answered.errors).toBeUndefined();
    });

    test('validates its arguments by the same rules', async () => {
      const { association } = await gateway.create();
      for (const more of [{ first: 0 }, { first: 1_001 }, { after: 'x' }]) {
        const answered = await readOf(association?.associationId, more);
        expect(answered.data?.podIdentityAssociation?.auditTrail).toBeNull();
        expect(codeOf(answered)).toBe('BAD_USER_INPUT');
      }
    });
  });
});

describe('invalid arguments are rejected with BAD_USER_INPUT and 0 ledger reads', () => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateway: Gateway;
  let reads = 0;

  beforeAll(async () => {
    const [sqlite] = ledgersUnderTest();
    if (!sqlite) throw new Error('There is no ledger to test on.');
    ({ ledger, close: closeLedger } = await sqlite.open());
    const trail: Ledger['readTrail'] = (query) => {
      reads += 1;
      return ledger.readTrail(query);
    };
    gateway = await openGateway({ ledger: { ...ledger, readTrail: trail } });
  });

  afterAll(async () => {
    await gateway.close();
    await closeLedger();
  });

  const name = JSON.stringify(['auditTrail', { kind: 'all' }, null, null, null, null]);

  test.each([
    ['all: false', { scope: { all: false } }, /scope.all must be true/],
    ['a malformed operation ID', { scope: { operationId: 'x' } }, /not the ID of an operation/],
    [
      'an operation ID in lower case',
      { scope: { operationId: '01j00000000000000000000000' } },
      /not the ID of an operation/,
    ],
    ['an empty operation ID', { scope: { operationId: '' } }, /empty string/],
    ['an empty principal ID', { scope: { principalId: '' } }, /empty string/],
    ['a principal ID that is too long', { scope: { principalId: 'x'.repeat(100_000) } }, /at most 2048/],
    ['a principal ID with an unpaired surrogate', { scope: { principalId: '\ud83d' } }, /surrogate/],
    [
      'an ARN of another service',
      { scope: { associationArn: 'arn:aws:iam::111122223333:role/x' } },
      /not the ARN of an association/,
    ],
    [
      'an association ARN with a suffix',
      { scope: { associationArn: `${associationArn}/x` } },
      /not the ARN of an association/,
    ],
    ['a cluster with a wildcard', { scope: { cluster: { clusterName: '*' } } }, /scope.cluster|clusterName/],
    [
      'a service account without a namespace',
      { scope: { cluster: { clusterName: 'apps-dev', serviceAccount: 'api' } } },
      /namespace/,
    ],
    ['first of 0', { first: 0 }, /first is 0/],
    ['first of -1', { first: -1 }, /first is -1/],
    ['first of 1001', { first: 1_001 }, /first is 1001/],
    ['a date without time as since', { since: '2026-11-24' }, /since "2026-11-24" is not an RFC 3339 timestamp/],
    ['a number as until', { until: 1_795_000_000_000 }, /until "1795000000000" is not an RFC 3339 timestamp/],
    ['an object as since', { since: { at: 1 } }, /since .* is not an RFC 3339 timestamp/],
    [
      'until equal to since',
      { since: '2026-11-24T00:00:00Z', until: '2026-11-24T01:00:00+01:00' },
      /not later than since/,
    ],
    ['an unknown event', { events: ['NOTHING'] }, /NOTHING/],
    ['an empty cursor', { after: '' }, /not a valid cursor, or is incomplete/],
    ['a forged cursor with a malformed position', { after: cursorOf(name, 'not a position') }, /not a valid cursor/],
    ['a forged cursor with a number as position', { after: cursorOf(name, 1) }, /not a valid cursor/],
    [
      'a cursor with other filters',
      { after: cursorOf(name, '01J00000000000000000000000'), events: ['LATE_SUCCESS'] },
      /another query/,
    ],
    [
      'a cursor of another time range',
      { after: cursorOf(name, '01J00000000000000000000000'), since: '2026-11-24T00:00:00Z' },
      /another query/,
    ],
    [
      'a cursor of another scope',
      { after: cursorOf(name, '01J00000000000000000000000'), scope: namespace },
      /another query/,
    ],
  ])('%s', async (_, variables, message) => {
    const { status, data, errors } = await gateway.send(document, { scope: { all: true }, ...variables }, 'olivia');
    expect({ status, data: data ?? null }).toEqual({ status: expect.any(Number), data: null });
    expect(status).toBeLessThan(500);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(reads).toBe(0);
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('returns the findings of all arguments at once, with their paths', async () => {
    const variables = { scope: { cluster: { clusterName: '*', namespace: 'A' } }, first: 0, since: 'x' };
    const { errors } = await gateway.send(document, variables, 'olivia');
    const findings = ['scope.cluster.clusterName', 'scope.cluster.namespace', 'since', 'first'].map((path) => ({
      path,
    }));
    expect(errors).toMatchObject([{ extensions: { findings } }]);
  });
});
