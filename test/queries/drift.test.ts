import { makeDescriber } from '../../src/queries/terms/describer.ts';
import { makeRateLimiter } from '../../src/runtime/rate-limiter.ts';
import { associationDrift } from '../../src/queries/drift/drift.ts';
import type { QueryAssociationDriftArgs } from '../../src/generated/types.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { RequestIdentity } from '../../src/model/principal.ts';
import { readerOf, sealedFor } from '../support/cursors.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, input, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { appendAll, auditEntry, auditEntryAt } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const identityOf = (name: string, groups: string[]): RequestIdentity => ({
  principal: { id: `https://issuer.example#${name}`, kind: 'USER', groups, sessionName: null },
  actor: null,
  sourceAddress: null,
  userAgent: null,
  apiRequestId: 'request',
});

const alice = identityOf('alice', ['payments-team']);
const olivia = identityOf('olivia', ['auditors']);

const place = { clusterName: 'apps-dev', namespace: 'payments' };

describeOnLedger('associationDrift on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open, times: { listLagMs: 0 } });

  const queryDrift = async (identity: RequestIdentity, where: QueryAssociationDriftArgs = place) => {
    const { deps } = gateway;
    const describer = makeDescriber(deps, makeRateLimiter({ concurrency: 8, perSecond: 1_000 }, Date.now));
    return associationDrift(deps, readerOf(deps, identity), where, {
      describer,
      deadline: deps.clock() + 10_000,
    });
  };

  const found = async (identity = alice, where: QueryAssociationDriftArgs = place) => {
    const result = await queryDrift(identity, where);
    if (result.kind !== 'ok') throw new Error(JSON.stringify(result));
    return result.value.edges.map(({ node }) => node);
  };

  /** Creates an association directly at EKS. */
  const outsider = (fields: object = {}) =>
    gateway.simulator.control.createAssociation({
      ...place,
      serviceAccount: 'other',
      roleArn: input.roleArn,
      ...fields,
    });

  test('logs that there is drift, for the alarm of the operators', async () => {
    await found();
    expect(gateway.logged).toEqual([]);
    outsider();
    await found();
    expect(gateway.logged).toEqual([
      { level: 'warn', message: 'Drift found.', fields: expect.objectContaining({ count: 1 }) },
    ]);
  });

  test('reports nothing that was created, updated and deleted through the gateway', async () => {
    const { association } = await gateway.create();
    const { associationId } = association ?? {};
    await gateway.update({ associationId, roleArn: roleArn('payments/payments-worker') });
    const second = await gateway.create({ serviceAccount: 'second', clientRequestToken: 'second' });
    await gateway.remove({ associationId: second.association?.associationId });
    expect(await found()).toEqual([]);
  });

  test('reports an association without the ownership tag as UNMANAGED', async () => {
    const { associationId } = outsider();
    expect(await found()).toMatchObject([
      { kind: 'UNMANAGED', association: { associationId }, lastEntry: null, differences: [] },
    ]);
  });

  test('reports a tag of an unknown operation, or of one on another service account, as FORGED_TAG', async () => {
    const { auditEntry } = await gateway.create();
    outsider({ serviceAccount: 'one', tags: { 'pod-identity-gateway/operation': '01J00000000000000000000000' } });
    outsider({ serviceAccount: 'two', tags: { 'pod-identity-gateway/operation': auditEntry.operationId } });
    expect((await found()).map(({ kind }) => kind)).toEqual(['FORGED_TAG', 'FORGED_TAG']);
  });

  test('reports a change from outside with its differences, until the gateway sets the association again', async () => {
    const { association } = await gateway.create();
    const { associationId = '' } = association ?? {};
    gateway.simulator.control.updateAssociation(associationId, { roleArn: roleArn('payments/payments-worker') });
    expect(await found()).toMatchObject([
      {
        kind: 'MODIFIED',
        differences: [{ field: 'roleArn', requested: input.roleArn, existing: roleArn('payments/payments-worker') }],
        lastEntry: { event: 'SUCCEEDED' },
      },
    ]);
    await gateway.update({ associationId, roleArn: input.roleArn });
    expect(await found()).toEqual([]);
  });

  test('reports tags that were changed outside, also after an update', async () => {
    const { association } = await gateway.create();
    const { associationId = '', tags = [] } = association ?? {};
    await gateway.update({ associationId, roleArn: roleArn('payments/payments-worker') });
    const own = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
    gateway.simulator.control.updateAssociation(associationId, { tags: { ...own, team: 'search' } });
    // A read just after the update may show older tags.
    expect(await found()).toEqual([]);
    gateway.clock.skip(60_000);
    expect(await found()).toMatchObject([{ kind: 'MODIFIED', differences: [{ field: 'tags.team' }] }]);
  });

  describe('reports a change from outside', () => {
    const roleOutside = roleArn('payments/payments-worker');

    test('after 1,000 requests for the association that ended as DENIED, CHECKED, REPLAYED or CONTENDED', async () => {
      const { association } = await gateway.create();
      const { associationId = '', associationArn = '' } = association ?? {};
      gateway.simulator.control.updateAssociation(associationId, { roleArn: roleOutside });
      const target = { ...home, ...place, serviceAccount: input.serviceAccount };
      const noise = (['DENIED', 'CHECKED', 'REPLAYED', 'CONTENDED'] as const).flatMap((event, kind) => {
        const fields = { event, fence: null, associationArn, target };
        return Array.from({ length: 250 }, (_, index) => auditEntryAt(Date.now() + 4 * index + kind, fields));
      });
      await appendAll(ledger, noise);
      expect(await found()).toMatchObject([{ kind: 'MODIFIED', lastEntry: { event: 'SUCCEEDED' } }]);
      gateway.simulator.control.deleteAssociation(associationId);
      expect(await found()).toMatchObject([{ kind: 'DELETED', associationArn }]);
    });

    test.each([1, 60])('after %d changes that EKS refused', async (count) => {
      const { association } = await gateway.create();
      const { associationId = '', associationArn = '' } = association ?? {};
      gateway.simulator.control.updateAssociation(associationId, { roleArn: roleOutside });
      for (let index = 0; index < count; index += 1) {
        const { operationId } = auditEntry();
        for (const event of ['INTENT', 'REFUSED'] as const) {
          await ledger.appendEntry(auditEntryAt(Date.now(), { operationId, event, associationArn }));
        }
      }
      expect(await found()).toMatchObject([{ kind: 'MODIFIED' }]);
    });
  });

  test('reports an association that was deleted outside as DELETED', async () => {
    const { association } = await gateway.create();
    gateway.simulator.control.deleteAssociation(association?.associationId ?? '');
    expect(await found()).toMatchObject([
      { kind: 'DELETED', association: null, associationArn: association?.associationArn },
    ]);
  });

  test('does not report the effect of an operation that is still open', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await found()).toEqual([]);
    const { association } = await gateway.create();
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-after' });
    const change = { associationId: association?.associationId, roleArn: roleArn('payments/payments-worker') };
    expect(await gateway.update(change)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await found()).toEqual([]);
  });

  test('requires permission to list associations and to read the trail', async () => {
    outsider();
    expect(await found(olivia, { clusterName: 'apps-dev' })).toHaveLength(1);
    expect(await queryDrift(alice, { clusterName: 'apps-dev' })).toMatchObject({ kind: 'denied' });
    expect(await queryDrift(alice, { ...place, namespace: 'search' })).toMatchObject({ kind: 'denied' });
    expect(await queryDrift(olivia, { clusterName: 'apps-none' })).toMatchObject({
      kind: 'denied',
      violations: [{ policyId: 'cluster-not-registered' }],
    });
  });

  test.each(['ListPodIdentityAssociations', 'ReadAuditTrail'])(
    'associationDrift is denied without permission to %s',
    async (action) => {
      const { deps } = gateway;
      const authorize: Dependencies['authorize'] = (context, request) => ({
        ...deps.authorize(context, request),
        ...(request.action === action
          ? { allowed: false, violations: [{ policyId: action, message: '', advice: null }] }
          : {}),
      });
      const describer = makeDescriber(deps, makeRateLimiter({ concurrency: 8, perSecond: 1_000 }, Date.now));
      const options = { describer, deadline: Date.now() + 10_000 };
      expect(await associationDrift(deps, readerOf({ ...deps, authorize }, alice), place, options)).toMatchObject({
        kind: 'denied',
        violations: [{ policyId: action }],
      });
    },
  );

  test('does not report an association as DELETED while EKS’s list may lag behind its creation', async () => {
    const { association } = await gateway.create();
    gateway.simulator.control.deleteAssociation(association?.associationId ?? '');
    const { deps } = gateway;
    const describer = makeDescriber(deps, makeRateLimiter({ concurrency: 8, perSecond: 1_000 }, Date.now));
    const lagging = { ...deps, times: { ...deps.times, listLagMs: 60_000 } };
    const options = { describer, deadline: Date.now() + 10_000 };
    expect(await associationDrift(lagging, readerOf(lagging, alice), place, options)).toMatchObject({
      kind: 'ok',
      value: { edges: [], hasNextPage: false },
    });
  });

  describe('pages', () => {
    /** All drift, page by page, with the number of pages. */
    const readAll = async (first: number, identity = alice) => {
      const pages: string[][] = [];
      for (let after: string | null = null; ;) {
        const result = await queryDrift(identity, { ...place, first, after });
        if (result.kind !== 'ok') throw new Error(JSON.stringify(result));
        pages.push(result.value.edges.map(({ node }) => `${node.kind} ${node.associationArn}`));
        if (!result.value.hasNextPage) return pages;
        after = result.value.endCursor;
      }
    };

    test('compare at most the requested number of associations, and together contain what one page contains', async () => {
      const created = await Promise.all(
        ['one', 'two', 'three'].map((serviceAccount) =>
          gateway.create({ serviceAccount, clientRequestToken: serviceAccount }),
        ),
      );
      for (const serviceAccount of ['four', 'five', 'six']) outsider({ serviceAccount });
      const [deleted, changed] = created.map(({ association }) => association?.associationId ?? '');
      gateway.simulator.control.deleteAssociation(deleted ?? '');
      gateway.simulator.control.updateAssociation(changed ?? '', { roleArn: roleArn('payments/payments-worker') });
      const [whole] = await readAll(1_000);
      expect(whole?.map((item) => item.split(' ')[0]).sort()).toEqual([
        'DELETED',
        'MODIFIED',
        ...Array.from({ length: 3 }, () => 'UNMANAGED'),
      ]);
      const pages = await readAll(2);
      expect(pages.length).toBeGreaterThan(2);
      expect(pages.flat().sort()).toEqual(whole?.toSorted());
    });

    test('continue from the cursor of any item', async () => {
      for (const serviceAccount of ['one', 'two', 'three']) outsider({ serviceAccount });
      const { association } = await gateway.create();
      gateway.simulator.control.deleteAssociation(association?.associationId ?? '');
      const result = await queryDrift(alice);
      if (result.kind !== 'ok') throw new Error(JSON.stringify(result));
      const { edges } = result.value;
      expect(edges).toHaveLength(4);
      for (const [index, { cursor }] of edges.entries()) {
        const rest = await queryDrift(alice, { ...place, after: cursor });
        expect(rest).toMatchObject({ value: { edges: edges.slice(index + 1).map(({ node }) => ({ node })) } });
      }
    });

    test('do not report an older success of an association that the gateway deleted', async () => {
      const { association } = await gateway.create();
      await gateway.remove({ associationId: association?.associationId });
      // A ledger that returns the newest success on another page than the oldest one.
      const trail: Ledger['readTrail'] = (query) =>
        ledger.readTrail(query.partition.kind === 'namespace' ? { ...query, limit: 1 } : query);
      const deps = { ...gateway.deps, ledger: { ...ledger, readTrail: trail } };
      const describer = makeDescriber(deps, makeRateLimiter({ concurrency: 8, perSecond: 1_000 }, Date.now));
      const options = { describer, deadline: Date.now() + 10_000 };
      const reader = readerOf(deps, alice);
      const first = await associationDrift(deps, reader, place, options);
      if (first.kind !== 'ok') throw new Error(JSON.stringify(first));
      expect(first.value).toMatchObject({ edges: [], hasNextPage: true });
      const second = await associationDrift(deps, reader, { ...place, after: first.value.endCursor }, options);
      expect(second).toMatchObject({ value: { edges: [], hasNextPage: false } });
    });

    test.each([
      ['of another namespace', { namespace: 'payments-batch' }],
      ['of another cluster', { clusterName: 'apps-prod' }],
    ])('reject a cursor %s', async (_, where) => {
      for (const serviceAccount of ['one', 'two']) outsider({ serviceAccount });
      const result = await queryDrift(alice, { ...place, first: 1 });
      const after = result.kind === 'ok' ? result.value.endCursor : null;
      expect(after).not.toBeNull();
      expect(await queryDrift(alice, { ...place, ...where, after })).toMatchObject({ kind: 'invalid' });
    });

    test.each([
      { phase: 'list', after: null },
      { phase: 'list', after: { token: 1, offset: 0, associationId: null } },
      { phase: 'trail', before: 'x' },
      { phase: 'other' },
      'x',
      null,
    ])('reject a forged cursor with the position %j', async (position) => {
      const { accountId, region } = gateway.deps.home;
      const name = JSON.stringify(['associationDrift', { kind: 'namespace', accountId, region, ...place }]);
      const sealed = (one: unknown) => sealedFor(gateway.deps, 'alice', name, one);
      const valid = await sealed({ phase: 'trail', before: '01J00000000000000000000000' });
      expect(await queryDrift(alice, { ...place, after: valid })).toMatchObject({ kind: 'ok' });
      expect(await queryDrift(alice, { ...place, after: await sealed(position) })).toMatchObject({ kind: 'invalid' });
    });
  });

  describe('with too little time', () => {
    const driftWith = (deps: Dependencies, perSecond: number, leftMs: number, where: object = {}) => {
      const describer = makeDescriber(deps, makeRateLimiter({ concurrency: 8, perSecond }, Date.now));
      const input = { ...place, ...where };
      return associationDrift(deps, readerOf(deps, alice), input, {
        describer,
        deadline: Date.now() + leftMs,
      });
    };

    test('for describing the page, asks for a smaller one and describes nothing', async () => {
      for (const serviceAccount of ['one', 'two', 'three']) outsider({ serviceAccount });
      expect(await driftWith(gateway.deps, 1, 1_000)).toMatchObject({ kind: 'invalid', findings: [{ path: 'first' }] });
      expect(gateway.sent('DescribePodIdentityAssociation')).toBe(0);
    });

    test('for reading the trail, ends the page early and continues on the next one', async () => {
      for (const serviceAccount of ['one', 'two', 'three']) outsider({ serviceAccount });
      // The first page of a process reads the keys of cursors.
      await queryDrift(alice);
      let isLate = false;
      const trail: Ledger['readTrail'] = (query) => {
        isLate = true;
        return ledger.readTrail(query);
      };
      const clock = () => Date.now() + (isLate ? 60_000 : 0);
      const deps = { ...gateway.deps, ledger: { ...ledger, readTrail: trail }, clock };
      const found: unknown[] = [];
      for (let after: string | null = null; ;) {
        isLate = false;
        const result = await driftWith(deps, 1_000, 10_000, { after });
        if (result.kind !== 'ok') throw new Error(JSON.stringify(result));
        found.push(...result.value.edges.map(({ node }) => node.association?.serviceAccount));
        if (!result.value.hasNextPage) break;
        expect(result.value.edges).toHaveLength(1);
        after = result.value.endCursor;
      }
      expect(found.sort()).toEqual(['one', 'three', 'two']);
    });
  });

  test('reports invalid names, and a failed read from EKS', async () => {
    expect(await queryDrift(alice, { clusterName: '*', namespace: '*' })).toMatchObject({ kind: 'invalid' });
    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
    expect(await queryDrift(alice)).toMatchObject({
      kind: 'eks-failed',
      error: { exception: 'AccessDeniedException' },
    });
  });
});
