import type { Ledger, TrailQuery } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openGateway, roleArn, withoutRequestIds } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { appendAll, trailQuery } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import {
  associationArn,
  associationDocument,
  associationId,
  begin,
  codeOf,
  document,
  entryAt,
  idsOf,
  namespace,
  newestFirst,
  target,
  user,
} from './trail-samples.ts';
import type { Trail } from './trail-samples.ts';

describeOnLedger('auditTrail on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;
  let queries: TrailQuery[];

  beforeEach(() => void (queries = []));
  openForEachTest((opened) => ({ gateway, ledger } = opened), {
    open,
    around: (real) => ({
      ...real,
      readTrail: (query) => {
        queries.push(query);
        return real.readTrail(query);
      },
    }),
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
      const entries = await fill(1_300);
      const first = await read({ first: 1_000 });
      queries = [];
      const second = await read({ first: 10, after: first.pageInfo.endCursor });
      expect(idsOf(second)).toEqual(newestFirst(entries).slice(1_000, 1_010));
      expect(queries).toMatchObject([{ limit: 10, before: entries[300]?.entryId }]);
    });

    test('continue from the end cursor when a filter returns fewer entries than requested', async () => {
      const entries = await fill(1_100, (index) => ({ event: index === 3 ? 'RELEASED' : 'INTENT' }));
      const first = await read({ events: ['RELEASED'] });
      expect(first).toMatchObject({ edges: [], pageInfo: { hasNextPage: true, startCursor: null } });
      const second = await read({ events: ['RELEASED'], after: first.pageInfo.endCursor });
      expect(idsOf(second)).toEqual(newestFirst(entries.slice(3, 4)));
    });
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
    const deletes = { operationKinds: ['DELETE_POD_IDENTITY_ASSOCIATION'], events: ['INTENT'] };
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
      all: { gateway: 'ALL_ENTRIES' },
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
        if (answered.data?.auditTrail) allowed.push(name);
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
      const answerTo = async (scope: object) => withoutRequestIds(await send({ scope }, 'bob'));
      expect(await answerTo({ associationArn })).toEqual(await answerTo(other));
      const operation = (operationId: string | undefined) => answerTo({ operationId });
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
});

const scopedDocument = `query ($scope: AuditScope!, $first: Int, $after: String, $since: DateTime, $until: DateTime, $events: [AuditEvent!]) {
  auditTrail(scope: $scope, first: $first, after: $after, since: $since, until: $until, events: $events) {
    nodes { id event operationId }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface TrailPage {
  readonly auditTrail: {
    readonly nodes: readonly { readonly id: string; readonly event: string; readonly operationId: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const cluster = { clusterName: 'apps-dev' };
const payments = { cluster: { ...cluster, namespace: 'payments' } };

describeOnLedger('auditTrail on $name', ({ open }) => {
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway } = opened), { open });

  const read = (scope: object, more: object = {}, as?: string) =>
    gateway.send<TrailPage>(scopedDocument, { scope, ...more }, as);

  const eventsOf = async (scope: object, more: object = {}, as?: string) =>
    (await read(scope, more, as)).data?.auditTrail.nodes.map(({ event }) => event);

  test('returns the entries of each scope, newest first, to principals that may read it', async () => {
    const { association, auditEntry } = await gateway.create();
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api'), clientRequestToken: 'x' });
    const both = ['SUCCEEDED', 'INTENT'];
    expect(await eventsOf(payments)).toEqual(both);
    expect(await eventsOf({ cluster: { ...cluster, namespace: 'payments', serviceAccount: 'api' } })).toEqual(both);
    expect(await eventsOf({ operationId: auditEntry.operationId })).toEqual(both);
    expect(await eventsOf({ associationArn: association?.associationArn })).toEqual(['SUCCEEDED']);
    expect(await eventsOf({ principalId: 'https://issuer.example#alice' })).toEqual(['DENIED', ...both]);
    expect(await eventsOf({ cluster }, {}, 'olivia')).toEqual(both);
    expect(await eventsOf({ gateway: 'ALL_ENTRIES' }, {}, 'olivia')).toEqual(['DENIED', ...both]);
    expect(await eventsOf({ gateway: 'ALL_ENTRIES' }, { events: ['DENIED'] }, 'olivia')).toEqual(['DENIED']);
  });

  test('shows owners the denied requests in their namespace when they ask for them, apart from its changes', async () => {
    const { auditEntry } = await gateway.create();
    await gateway.create({ clientRequestToken: 'x' }, 'bob');
    await gateway.create({ clientRequestToken: 'y', namespace: '*' }, 'bob');
    await gateway.create();
    expect(await eventsOf(payments)).toEqual(['SUCCEEDED', 'INTENT']);
    expect(await eventsOf(payments, { events: ['DENIED'] })).toEqual(['DENIED']);
    expect(await eventsOf(payments, { events: ['DENIED', 'SUCCEEDED'] })).toEqual(['DENIED', 'SUCCEEDED']);
    expect(await eventsOf({ operationId: auditEntry.operationId })).toEqual(['REPLAYED', 'SUCCEEDED', 'INTENT']);
  });

  test('returns each entry once across pages while entries are added', async () => {
    for (let index = 0; index < 6; index += 1) await gateway.create({ namespace: `*${index}` });
    const ids: string[] = [];
    const scope = { principalId: 'https://issuer.example#alice' };
    for (let after: string | null = null; ;) {
      const { data }: Awaited<ReturnType<typeof read>> = await read(scope, { first: 2, after });
      ids.push(...(data?.auditTrail.nodes.map(({ id }) => id) ?? []));
      after = data?.auditTrail.pageInfo.endCursor ?? null;
      await gateway.create({ namespace: '*new' });
      if (!data?.auditTrail.pageInfo.hasNextPage) break;
    }
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });

  test.each([
    ['the whole trail', { gateway: 'ALL_ENTRIES' }],
    ['a cluster', { cluster }],
    ['another team’s namespace', { cluster: { ...cluster, namespace: 'search' } }],
    ['another principal', { principalId: 'https://issuer.example#bob' }],
    ['a cluster outside the inventory', { cluster: { clusterName: 'apps-none', namespace: 'payments' } }],
  ])('of %s is forbidden to the owner of another namespace', async (_, scope) => {
    const { data, errors } = await read(scope);
    expect({ data, code: errors?.[0]?.extensions.code }).toEqual({
      data: { auditTrail: null },
      code: 'FORBIDDEN',
    });
  });

  test.each([
    ['a page of 0', payments, { first: 0 }],
    ['a page of -1', payments, { first: -1 }],
    ['a page of 1001', payments, { first: 1001 }],
    ['a forged cursor', payments, { after: 'forged' }],
    ['a range that ends before it begins', payments, { since: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
    ['a malformed timestamp', payments, { since: 'yesterday' }],
    ['a service account without its namespace', { cluster: { ...cluster, serviceAccount: 'api' } }, {}],
    ['an ARN of something else', { associationArn: 'arn:aws:iam::111122223333:role/x' }, {}],
    ['no scope', {}, {}],
    ['two scopes', { gateway: 'ALL_ENTRIES', operationId: 'x' }, {}],
    ['an invalid cluster name', { cluster: { clusterName: '*', namespace: 'payments' } }, {}],
  ])('with %s fails with BAD_USER_INPUT', async (_, scope, more) => {
    const { status, errors } = await read(scope, more);
    expect(status).toBeLessThan(500);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('rejects a cursor that is truncated or of another scope', async () => {
    await gateway.create();
    const { data } = await read(payments, { first: 1 });
    const after = data?.auditTrail.pageInfo.endCursor ?? '';
    const other = { cluster: { ...payments.cluster, serviceAccount: 'api' } };
    for (const [scope, cursor] of [
      [payments, after.slice(0, -1)],
      [other, after],
    ] as const) {
      const { errors } = await read(scope, { after: cursor });
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

const worker = roleArn('payments/payments-worker');
const ownTrail = { principalId: user('alice').id };

describeOnLedger('filters of auditTrail on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  async function events(variables: object, as = 'alice') {
    const { data, errors } = await gateway.send<{ auditTrail: Trail }>(document, variables, as);
    if (!data) throw new Error(JSON.stringify(errors));
    return data.auditTrail.edges.map(({ node }) => node.event);
  }

  test('find the changes that gave or took a role', async () => {
    const { association } = await gateway.create();
    const { associationId } = association ?? {};
    await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'update' });
    await gateway.remove({ associationId, clientRequestToken: 'remove' });
    const change = ['SUCCEEDED', 'INTENT'];
    expect(await events({ scope: namespace, roleArn: input.roleArn })).toEqual([...change, ...change]);
    expect(await events({ scope: namespace, roleArn: worker })).toEqual([...change, ...change]);
    expect(await events({ scope: namespace, roleArn: roleArn('payments/other') })).toEqual([]);
  });

  test('find refusals by code and by policy', async () => {
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api') });
    await gateway.create({ namespace: '*' });
    await gateway.create();
    expect(await events({ scope: ownTrail, refusalCodes: ['POLICY_DENIED'] })).toEqual(['DENIED']);
    expect(await events({ scope: ownTrail, refusalCodes: ['POLICY_DENIED', 'INVALID_INPUT'] })).toEqual([
      'INVALID',
      'DENIED',
    ]);
    const [denial] = (await ledger.readTrail(trailQuery({ kind: 'all' }, { events: ['DENIED'] }))).entries;
    const [success] = (await ledger.readTrail(trailQuery({ kind: 'all' }, { events: ['SUCCEEDED'] }))).entries;
    const [violated, permitting] = [denial?.decision?.violations[0]?.policyId, success?.decision?.policyIds[0]];
    expect(await events({ scope: ownTrail, policyId: violated })).toEqual(['DENIED']);
    expect(await events({ scope: ownTrail, policyId: permitting })).toEqual(['SUCCEEDED', 'INTENT']);
  });

  test('do not disclose the role of an association that its principal may not view', async () => {
    const { association } = await gateway.create();
    const { associationId } = association ?? {};
    await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'update' }, 'bob');
    const scope = { principalId: user('bob').id };
    expect(await events({ scope, roleArn: worker }, 'bob')).toEqual(['REFUSED']);
    expect(await events({ scope, roleArn: input.roleArn }, 'bob')).toEqual([]);
  });
});

describeOnLedger('on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  const send = (variables: object, as = 'alice') =>
    gateway.send<{ auditTrail: Trail }>(document, { scope: namespace, ...variables }, as);

  async function read(variables: object = {}, as?: string): Promise<Trail> {
    const answered = await send(variables, as);
    if (!answered.data) throw new Error(JSON.stringify(answered));
    return answered.data.auditTrail;
  }

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

    test('auditTrail of an association is null for a principal that may view the association but not read its trail', async () => {
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
