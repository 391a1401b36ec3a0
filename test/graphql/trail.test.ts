import type { Ledger, TrailQuery } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { openGateway, withoutRequestIds } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { appendAll } from '../support/ledger-samples.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import {
  associationArn,
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

describeOnLedgers('auditTrail on $name', ({ open }) => {
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
