import type { AuditPartition } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Principal, RecordedPrincipal } from '../../src/model/principal.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { Authorize, TrailScope } from '../../src/policy/policy.ts';
import { makeAuthorizeRead, visibleTo } from '../../src/queries/terms/authorize-read.ts';
import { readList } from '../../src/queries/terms/list-pages.ts';
import { makeOnce } from '../../src/queries/terms/request-context.ts';
import { entriesViolations, scopeOf, scopeViolations } from '../../src/queries/trail/authorization.ts';
import { readAuditEntry } from '../../src/queries/trail/trail.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { association as sample, auditEntry } from '../support/ledger-samples.ts';
import { dependenciesOn, eksError, eksWith, identity } from '../support/mutations.ts';

const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
const payments = { ...cluster, namespace: 'payments' };
const search = { ...cluster, namespace: 'search' };
const service = recorded({ id: 'iam:111122223333:role/ci', kind: 'SERVICE', groups: ['ci'], sessionName: 'run' });
const self = recorded(identity.principal);

const gatewayScope: TrailScope = { kind: 'gateway' };
const clusterScope: TrailScope = { kind: 'cluster', ...cluster };
const paymentsScope: TrailScope = { kind: 'namespace', ...payments };
const searchScope: TrailScope = { kind: 'namespace', ...search };
const ownScope = { kind: 'principal', principal: self } as const;

const operation: AuditPartition = { kind: 'operation', operationId: '01J00000000000000000000000' };
const association: AuditPartition = {
  kind: 'association',
  associationArn: 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-0123456789abcdefg',
};
const principal: AuditPartition = { kind: 'principal', principalId: service.id };
const all: AuditPartition = { kind: 'all' };

/** Dependencies whose policy permits reading these scopes only. A violation is named after the scope that it denies. */
function permitting(...scopes: readonly TrailScope[]): Dependencies {
  const permitted = new Set(scopes.map((scope) => JSON.stringify(scope)));
  const deps = dependenciesOn(makeSqliteLedger({ file: ':memory:' }));
  return {
    ...deps,
    authorize: (context, request) => {
      if (request.action !== 'ReadAuditTrail') throw new Error('Only the audit trail is read here.');
      const policyId = JSON.stringify(request.scope);
      const allowed = permitted.has(policyId);
      const decision = deps.authorize(context, request);
      return { ...decision, allowed, violations: allowed ? [] : [{ policyId, message: '', advice: null }] };
    },
  };
}

/** A principal as entries keep it. */
function recorded(principal: Principal): RecordedPrincipal {
  return { ...principal, otherGroups: null };
}

/** An entry of a principal about a service account of a namespace; null: about none. */
function entryOf(by: RecordedPrincipal, namespace: typeof payments | null): AuditEntry {
  return auditEntry({ principal: by, target: namespace && { ...namespace, serviceAccount: 'api' } });
}

/** The scopes that the violations name. */
function denied(deps: Dependencies, partition: AuditPartition, entries: readonly AuditEntry[]): unknown[] {
  return entriesViolations(makeAuthorizeRead(deps, identity), partition, entries).map(({ policyId }): unknown =>
    JSON.parse(policyId),
  );
}

describe('the scope of a partition', () => {
  test.each<[string, AuditPartition, TrailScope | null]>([
    ['a cluster is that cluster', { kind: 'cluster', ...cluster }, clusterScope],
    ['a namespace is that namespace', { kind: 'namespace', ...payments }, paymentsScope],
    [
      'one’s own entries is oneself',
      { kind: 'principal', principalId: self.id },
      { ...ownScope, principal: identity.principal },
    ],
    ['another principal’s entries depends on the entries', principal, null],
    ['an association depends on the entries', association, null],
    ['an operation depends on the entries', operation, null],
    ['the whole trail is the gateway', all, gatewayScope],
  ])('of %s', (_, partition, scope) => {
    expect(scopeOf(partition, identity)).toEqual(scope);
  });

  test('of a service account is its namespace', () => {
    const scope = scopeOf({ kind: 'serviceAccount', ...payments, serviceAccount: 'api' }, identity);
    expect(scope).toMatchObject(paymentsScope);
  });

  test('gives the violations of policy', () => {
    const mayReadPayments = makeAuthorizeRead(permitting(paymentsScope), identity);
    expect(scopeViolations(mayReadPayments, paymentsScope)).toEqual([]);
    expect(scopeViolations(mayReadPayments, searchScope)).toHaveLength(1);
  });
});

describe('entries of an operation', () => {
  const own = entryOf(self, search);
  const ofPayments = entryOf(service, payments);
  const ofSearch = entryOf(service, search);
  const withoutTarget = entryOf(service, null);

  test.each([
    ['by the principal itself', [ownScope], [own]],
    ['in a namespace that may be read', [paymentsScope], [ofPayments]],
    ['anywhere, with the whole gateway', [gatewayScope], [ofPayments, ofSearch, withoutTarget]],
    ['each for a reason of its own', [ownScope, paymentsScope], [own, ofPayments]],
  ])('may be read %s', (_, scopes, entries) => {
    expect(denied(permitting(...scopes), operation, entries)).toEqual([]);
  });

  test.each([
    ['one of them is in another namespace', [paymentsScope], [ofPayments, ofSearch]],
    ['one of them is by another principal', [ownScope], [own, ofPayments]],
    ['one of them has no target', [paymentsScope], [ofPayments, withoutTarget]],
    ['only the cluster may be read', [clusterScope], [ofPayments]],
  ])('may not be read if %s', (_, scopes, entries) => {
    expect(denied(permitting(...scopes), operation, entries)).toEqual([gatewayScope]);
  });
});

describe('entries of an association', () => {
  const ofPayments = entryOf(service, payments);

  test('may be read by who may read its namespace, or the gateway', () => {
    expect(denied(permitting(paymentsScope), association, [ofPayments])).toEqual([]);
    expect(denied(permitting(gatewayScope), association, [ofPayments])).toEqual([]);
  });

  test('may not be read because one wrote them, so that pages do not depend on their authors', () => {
    expect(denied(permitting(ownScope), association, [entryOf(self, payments)])).toEqual([clusterScope]);
  });

  test('entries of an association are denied with the violations of the cluster in the ARN', () => {
    expect(denied(permitting(), association, [ofPayments])).toEqual([clusterScope]);
  });

  test('entries of an association are denied with the violations of the gateway if the cluster itself may be read', () => {
    expect(denied(permitting(clusterScope), association, [ofPayments])).toEqual([gatewayScope]);
  });

  test('entries of an association are denied with the violations of the gateway if the ARN is malformed', () => {
    const malformed: AuditPartition = { kind: 'association', associationArn: 'arn' };
    expect(denied(permitting(), malformed, [ofPayments])).toEqual([gatewayScope]);
  });
});

describe('entries of another principal', () => {
  const scope: TrailScope = { kind: 'principal', principal: service };

  test('may be read by who may read that principal, as the trail recorded it', () => {
    expect(denied(permitting(scope), principal, [entryOf(service, payments)])).toEqual([]);
  });

  test('may not be read because the gateway or their namespace may be', () => {
    const deps = permitting(gatewayScope, paymentsScope);
    expect(denied(deps, principal, [entryOf(service, payments)])).toEqual([scope]);
  });

  test('entries of another principal are denied alike if there are none', () => {
    const assumed: Principal = { id: service.id, kind: 'USER', groups: [], sessionName: null };
    expect(denied(permitting(), principal, [])).toEqual([{ kind: 'principal', principal: assumed }]);
    expect(denied(permitting({ kind: 'principal', principal: assumed }), principal, [])).toEqual([]);
  });
});

describe('a partition without entries', () => {
  test.each([
    ['an association by who may read its cluster', association, [clusterScope]],
    ['an association by who may read the gateway', association, [gatewayScope]],
    ['an operation by who may read the gateway', operation, [gatewayScope]],
    ['the whole trail by who may read the gateway', all, [gatewayScope]],
  ])('may be read of %s', (_, partition, scopes) => {
    expect(denied(permitting(...scopes), partition, [])).toEqual([]);
  });

  test.each([
    ['an association', association, clusterScope],
    ['an operation', operation, gatewayScope],
  ])(
    'a partition without entries is denied of %s with the violations of what its name tells',
    (_, partition, scope) => {
      expect(denied(permitting(paymentsScope), partition, [])).toEqual([scope]);
    },
  );
});

test('policy is evaluated once for each scope, however many entries it has', () => {
  const deps = permitting(paymentsScope);
  const evaluated: unknown[] = [];
  const counting: Dependencies = {
    ...deps,
    authorize: (context, request) => {
      evaluated.push(request);
      return deps.authorize(context, request);
    },
  };
  const entries = Array.from({ length: 10 }, () => entryOf(service, payments));
  expect(entriesViolations(makeAuthorizeRead(counting, identity), association, entries)).toEqual([]);
  expect(evaluated).toHaveLength(1);
});

test('an entry without a target is looked for in the scopes that it has only', () => {
  const deps = permitting();
  const evaluated: unknown[] = [];
  const recording: Dependencies = {
    ...deps,
    authorize: (context, request) => {
      evaluated.push(request);
      return deps.authorize(context, request);
    },
  };
  entriesViolations(makeAuthorizeRead(recording, identity), association, [entryOf(service, null)]);
  expect(evaluated).toEqual([
    { action: 'ReadAuditTrail', scope: gatewayScope },
    { action: 'ReadAuditTrail', scope: clusterScope },
  ]);
});

describe('a single entry', () => {
  const readerOf = (deps: Dependencies) => ({ authorizeRead: makeAuthorizeRead(deps, identity), once: makeOnce() });
  const readable = async (deps: Dependencies, entry: AuditEntry) => {
    await deps.ledger.appendEntry(entry);
    return readAuditEntry(deps, readerOf(deps), `${entry.operationId}.${entry.entryId}`);
  };

  test.each([
    ['its principal', { kind: 'principal', principal: service } as const],
    ['its namespace', paymentsScope],
    ['the gateway', gatewayScope],
  ])('may be read by who may read %s', async (_, scope) => {
    const entry = entryOf(service, payments);
    expect(await readable(permitting(scope), entry)).toEqual(entry);
  });

  test('a single entry is not disclosed to a principal who may read neither', async () => {
    expect(await readable(permitting(ownScope, searchScope, clusterScope), entryOf(service, payments))).toBeNull();
    expect(await readable(permitting(paymentsScope), entryOf(service, null))).toBeNull();
  });

  test('a single entry is null if it does not exist or its id is malformed', async () => {
    const deps = permitting(gatewayScope);
    expect(await readAuditEntry(deps, readerOf(deps), 'x')).toBeNull();
    const absent = '01J00000000000000000000000.01J00000000000000000000000';
    expect(await readAuditEntry(deps, readerOf(deps), absent)).toBeNull();
  });
});

const deps = dependenciesOn(makeSqliteLedger({ file: ':memory:' }));
const scope = { kind: 'gateway' } as const;

/** The authorizer of alice's reads at time 1, and what it asks policy, which permits only this. */
function recording(permitted: 'DescribePodIdentityAssociation' | 'ReadAuditTrail') {
  const evaluated: Parameters<Authorize>[] = [];
  const authorize: Authorize = (context, request): Decision => {
    evaluated.push([context, request]);
    return { ...deps.authorize(context, request), allowed: request.action === permitted };
  };
  return { authorizeRead: makeAuthorizeRead({ authorize, clock: () => 1 }, identity), evaluated };
}

test('evaluates policy for the principal, with the time of the request and without a reason', () => {
  const { authorizeRead, evaluated } = recording('ReadAuditTrail');
  authorizeRead({ action: 'ReadAuditTrail', scope });
  const context = { identity, onBehalfOf: null, hasReason: false, now: 1 };
  expect(evaluated).toEqual([[context, { action: 'ReadAuditTrail', scope }]]);
});

test('evaluates policy once for equal requests, and again for others', () => {
  const { authorizeRead, evaluated } = recording('ReadAuditTrail');
  const [first, second] = [sample(), sample({ tags: [] })];
  for (const one of [first, { ...first }, second, first]) visibleTo(authorizeRead, one);
  expect(evaluated.map(([, request]) => request)).toEqual(
    [first, second].map((one) => ({ action: 'DescribePodIdentityAssociation', association: one })),
  );
});

test('an association is visible exactly to a principal who may describe it', () => {
  const one = sample();
  expect(visibleTo(recording('DescribePodIdentityAssociation').authorizeRead, one)).toBe(one);
  expect(visibleTo(recording('ReadAuditTrail').authorizeRead, one)).toBeNull();
});

test.each([
  ['names the error of EKS before the deadline', 60_000, eksError.exception],
  ['says that the time ran out after the deadline', 0, 'OutOfTime'],
])('a failed list %s', async (_, leftMs, exception) => {
  const eks = eksWith({ page: async () => ({ kind: 'failed', error: eksError }) });
  const range = { namespace: null, serviceAccount: null, start: null, limit: 10 };
  const read = await readList(eks, range, { deadline: Date.now() + leftMs }, Date.now);
  expect(read).toMatchObject({ kind: 'failed', error: { exception } });
});
