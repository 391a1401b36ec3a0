import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { security } from '../support/approvals.ts';
import { withDecisions, withoutViews } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, input, openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { makeClock } from '../support/test-clock.ts';

interface Checked {
  readonly check: {
    readonly results: readonly { readonly existing: { readonly associationId: string } | null }[];
    readonly auditEntry: { readonly id: string; readonly event: string; readonly message: string };
  } | null;
}

const document = `query ($input: CheckPodIdentityAssociationsInput!) {
  check: checkPodIdentityAssociations(input: $input) {
    results {
      wouldBeAttempted unknownRoles revision
      refusal { code ... on InvalidInput { findings { path } } ... on PolicyDenied { violations { policyId tagKey } } }
      decision { allowed }
      existing { associationId roleArn }
      differences { field }
    }
    auditEntry { id event message }
  }
}`;
const { clientRequestToken: _, ...create } = input;
const worker = roleArn('payments/payments-worker');
const unknown = 'a-00000000000000000';

describeOnLedger('checkPodIdentityAssociations, on $name', ({ open }) => {
  let ledger: Ledger & ObservationStore & AssociationReads;
  let gateway: Gateway;
  openForEachTest((opened) => ({ gateway, ledger } = opened as typeof opened & { ledger: typeof ledger }), { open });

  const check = (changes: readonly object[], as?: string, on = gateway) =>
    on.send<Checked>(document, { input: { changes } }, as);
  const resultsOf = async (...args: Parameters<typeof check>) => (await check(...args)).data?.check?.results;
  const createdId = async (fields: object = {}) => {
    const { association } = await gateway.create(fields);
    if (!association) throw new Error('Nothing was created.');
    return association.associationId;
  };
  const onAssociation = (associationId: string, fields: object = {}) => ({
    clusterName: create.clusterName,
    associationId,
    ...fields,
  });

  test('answers each change in order, from policy and from what was observed, without a call to EKS', async () => {
    const associationId = await createdId();
    gateway.simulator.control.clearRequests();
    const results = await resultsOf([
      { create: { ...create, serviceAccount: 'new' } },
      { create },
      { create: { ...create, namespace: 'kube-system' } },
      { create: { ...create, roleArn: 'role' } },
      { update: onAssociation(associationId, { roleArn: worker }) },
      { delete: onAssociation(associationId, { expectedModifiedAt: '2020-01-01T00:00:00Z' }) },
      { delete: onAssociation(unknown) },
    ]);
    expect(results).toMatchObject([
      { wouldBeAttempted: true, refusal: null, decision: { allowed: true }, existing: null, revision: 0 },
      { refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' }, existing: { associationId }, differences: [], revision: 1 },
      { refusal: { code: 'POLICY_DENIED' }, decision: { allowed: false }, existing: null, revision: 0 },
      { refusal: { code: 'INVALID_INPUT', findings: [{ path: 'changes.3.create.roleArn' }] }, decision: null },
      { wouldBeAttempted: true, existing: { associationId }, differences: [{ field: 'roleArn' }], revision: 1 },
      { wouldBeAttempted: false, refusal: { code: 'ASSOCIATION_CHANGED' }, revision: 1 },
      { refusal: { code: 'ASSOCIATION_NOT_FOUND' }, decision: null, existing: null, revision: 0 },
    ]);
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  test('checks changes of one association one after the other, each with the tags that those before it leave', async () => {
    const associationId = await createdId();
    const owner = { key: 'owner', value: 'a' };
    const team = { key: 'team', value: 'payments' };
    const untagged = { tagKeys: ['owner'], expectedTags: [owner, team] };
    const later = { untag: onAssociation(associationId, untagged) };
    const other = { tag: onAssociation(associationId, { tags: [{ ...team, value: '' }], expectedTags: [team] }) };
    expect(
      await resultsOf([
        { tag: onAssociation(associationId, { tags: [owner], expectedTags: [team] }) },
        later,
        other,
        { tag: onAssociation(associationId, { tags: [owner], expectedTags: [team] }) },
      ]),
    ).toMatchObject([
      { wouldBeAttempted: true, differences: [{ field: 'tags.owner' }] },
      { wouldBeAttempted: true, differences: [{ field: 'tags.owner' }] },
      {
        wouldBeAttempted: false,
        refusal: { code: 'POLICY_DENIED', violations: [{ policyId: 'required-tags', tagKey: 'team' }] },
      },
      { wouldBeAttempted: true },
    ]);
    expect(await resultsOf([later])).toMatchObject([{ refusal: { code: 'ASSOCIATION_CHANGED' } }]);
  });

  test('shows the revision of a denied create to those who may view the association, and 0 to others', async () => {
    await createdId({ serviceAccount: 'used' });
    const changes = ['used', 'unused'].map((serviceAccount) => ({ create: { ...create, serviceAccount } }));
    // Another team, a team with a create that a guardrail denies, and who may view everything.
    for (const [as, fields, revision] of [
      ['bob', {}, 0],
      ['alice', { tags: [] }, 1],
      ['olivia', {}, 1],
    ] as const) {
      const sent = changes.map((one) => ({ create: { ...one.create, ...fields } }));
      // An auditor may create nothing in any cluster, so nothing is read.
      expect(await resultsOf(sent, as)).toMatchObject([
        { refusal: { code: 'POLICY_DENIED' }, revision: as === 'olivia' ? 0 : revision },
        { refusal: { code: 'POLICY_DENIED' }, revision: 0 },
      ]);
    }
  });

  test('evaluates policy as often for a denied create where others have an association as where there is none', async () => {
    await createdId({ serviceAccount: 'used' });
    let evaluations = 0;
    const change = withDecisions((decision) => ((evaluations += 1), decision));
    const counting = await openBeside(gateway, { change });
    const costs: number[] = [];
    const answers: unknown[] = [];
    for (const serviceAccount of ['used', 'unused']) {
      evaluations = 0;
      answers.push(await resultsOf([{ create: { ...create, serviceAccount } }], 'bob', counting));
      costs.push(evaluations);
    }
    expect(costs[0]).toBe(costs[1]);
    expect(answers[0]).toEqual(answers[1]);
  });

  test('evaluates policy once for views that differ in what no policy reads, and for each change that it denies', async () => {
    const ids = [await createdId(), await createdId({ serviceAccount: 'b', clientRequestToken: 'second' })];
    const asked: string[] = [];
    const change = withDecisions((decision, request) => (asked.push(request.action), decision));
    const counting = await openBeside(gateway, { change });
    const evaluated = async (kind: string, changes: readonly object[]) => {
      asked.length = 0;
      const results = await resultsOf(changes, 'alice', counting);
      return { results, count: asked.filter((action) => action === `${kind}PodIdentityAssociation`).length };
    };
    const updates = ids.map((id) => ({ update: onAssociation(id, { roleArn: worker }) }));
    const one = await evaluated('Describe', updates.slice(0, 1));
    const both = await evaluated('Describe', updates);
    expect(both.count).toBe(one.count);
    expect(both.results).toMatchObject(ids.map((associationId) => ({ existing: { associationId } })));
    const denied = await evaluated(
      'Create',
      ['a', 'b', 'c'].map((serviceAccount) => ({ create: { ...create, namespace: 'kube-system', serviceAccount } })),
    );
    expect(denied).toMatchObject({ count: 3, results: Array(3).fill({ refusal: { code: 'POLICY_DENIED' } }) });
  });

  test('records one entry, which counts the results and names the declaration that all changes have', async () => {
    const changes = [
      { create: { ...create, declaration: 'd' } },
      { create: { ...create, roleArn: '', declaration: 'd' } },
    ];
    const { data } = await check(changes);
    expect(data?.check?.auditEntry).toMatchObject({
      event: 'CHECKED',
      message: 'Checked 2 changes: 1 INVALID_INPUT, 1 would be attempted.',
    });
    const [operationId = ''] = data?.check?.auditEntry.id.split('.') ?? [];
    const entries = await ledger.operationEntries(operationId);
    expect(entries).toMatchObject([{ operation: 'CHECK_CHANGES', declaration: 'd', target: null, request: null }]);
  });

  test('shows the revision where only approvals are missing, also to those who may not view the association', async () => {
    await createdId();
    const change = withDecisions((decision, request) => {
      const needs = request.action === 'CreatePodIdentityAssociation' ? [security] : undefined;
      return { ...decision, allowed: false, ...(needs && { needs }) };
    });
    const asking = await openBeside(gateway, { change });
    const { data } = await check([{ create }], 'alice', asking);
    expect(data?.check?.results).toMatchObject([{ existing: null, revision: 1 }]);
  });

  test('compares the expected revision with that of the service account', async () => {
    const associationId = await createdId();
    gateway.clock.skip(20_000);
    await gateway.remove({ associationId, clientRequestToken: 'gone' });
    const planned = (expectedRevision: number) => ({ create: { ...create, expectedRevision } });
    expect(await resultsOf([planned(0), planned(2)])).toMatchObject([
      { wouldBeAttempted: false, refusal: { code: 'ASSOCIATION_CHANGED' }, existing: null, revision: 2 },
      { wouldBeAttempted: true, refusal: null, revision: 2 },
    ]);
  });

  test('answers the same for an association that the principal may not view as for one that does not exist', async () => {
    const associationId = await createdId();
    const blind = await openBeside(gateway, { change: withoutViews });
    const changes = [associationId, unknown].map((id) => ({ delete: onAssociation(id) }));
    const text = JSON.stringify(await resultsOf(changes, 'alice', blind));
    const [hidden, absent] = JSON.parse(text.replaceAll(associationId, unknown)) as unknown[];
    expect(hidden).toEqual(absent);
    expect(await resultsOf([{ create }], 'alice', blind)).toMatchObject([
      { refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' }, existing: null, differences: null },
    ]);
  });

  test('says which roles decide, without reading them', async () => {
    const change = withDecisions((decision, request) => {
      const isCreate = request.action === 'CreatePodIdentityAssociation' && request.roles === undefined;
      return isCreate ? { ...decision, allowed: false, unknownRoles: [request.association.roleArn] } : decision;
    });
    const asking = await openBeside(gateway, { change });
    expect(await resultsOf([{ create }], 'alice', asking)).toMatchObject([
      { wouldBeAttempted: false, refusal: null, decision: null, unknownRoles: [create.roleArn], revision: 0 },
    ]);
  });

  test('reads no state, and writes one entry of 1 KB, for a principal without permits', async () => {
    const reads: string[] = [];
    const noted =
      <Args extends unknown[], Result>(name: string, read: (...args: Args) => Result) =>
      (...args: Args) => {
        reads.push(name);
        return read(...args);
      };
    const written: AuditEntry[] = [];
    const counting: typeof ledger = {
      ...ledger,
      getAssociationStates: noted('states', ledger.getAssociationStates),
      targetsOfAssociations: noted('targets', ledger.targetsOfAssociations),
      getLocks: noted('locks', ledger.getLocks),
      appendEntry: (entry) => {
        written.push(entry);
        return ledger.appendEntry(entry);
      },
    };
    // The locks on reads are read once in ten seconds, however slow the machine is.
    const clock = makeClock({ isStopped: true });
    const counted = await openBeside(gateway, { ledger: counting, clock });
    const changes = Array.from({ length: 100 }, (__, index) =>
      index % 2 === 0 ? { create: { ...create, serviceAccount: `s${index}` } } : { delete: onAssociation(unknown) },
    );
    expect(await resultsOf(changes, 'carol', counted)).toHaveLength(100);
    expect(reads).toEqual(['locks']);
    expect(written).toHaveLength(1);
    expect(Buffer.byteLength(JSON.stringify(written[0]))).toBeLessThanOrEqual(1_024);
    reads.splice(0);
    expect(await resultsOf(changes, 'alice', counted)).toHaveLength(100);
    expect(reads.sort()).toEqual(['locks', 'states', 'targets']);
  });

  test.each([
    ['no change', [], 'changes has 0 items'],
    ['101 changes', Array.from({ length: 101 }, () => ({ create })), 'changes has 101 items'],
    [
      'associations in 11 clusters',
      Array.from({ length: 11 }, (__, index) => ({ delete: { clusterName: `c${index}`, associationId: unknown } })),
      'in 11 clusters',
    ],
  ])('rejects %s', async (__, changes, message) => {
    const { errors } = await check(changes);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(message), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('is the one check of its request', async () => {
    const second = document.replace(
      'check:',
      'other: checkPodIdentityAssociations(input: $input) { auditEntry { id } } check:',
    );
    const { errors } = await gateway.send(second, { input: { changes: [{ create }] } });
    expect(errors).toMatchObject([{ message: expect.stringContaining('one check field') }]);
  });

  test('finds a foreign association that a scan observed, and not the one before it', async () => {
    const before = await createdId();
    const { confirmed } = (await ledger.getAssociationState({ ...home, ...create })) ?? {};
    const foreign = {
      ...confirmed?.association,
      associationId: 'a-foreign0000000000',
      modifiedAt: '2099-01-01T00:00:00.000Z',
    };
    const observed = {
      ...{
        at: gateway.clock.now(),
        revision: 3,
        origin: 'OUTSIDE' as const,
        association: foreign as never,
        driftId: null,
      },
      sight: { associationId: foreign.associationId, modifiedAt: foreign.modifiedAt, isGone: false },
    };
    const { clusterName, namespace, serviceAccount } = create;
    const target = { ...home, clusterName, namespace, serviceAccount };
    const change = { target, observed, isChange: true, openOperations: [], endedOperationIds: [] };
    expect(await ledger.observeAssociation(2, change, null)).toBe(true);
    expect(
      await resultsOf([
        { delete: onAssociation(foreign.associationId) },
        { delete: onAssociation(before) },
        { create },
      ]),
    ).toMatchObject([
      { wouldBeAttempted: true, existing: { associationId: foreign.associationId }, revision: 2 },
      { refusal: { code: 'ASSOCIATION_NOT_FOUND' } },
      { refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' }, existing: { associationId: foreign.associationId } },
    ]);
  });
});
