import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { publicApprovalId } from '../../src/model/approval.ts';
import { defaultApprovalLimits } from '../../src/operations/terms/dependencies.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { createAssociation, withoutViews } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openBeside, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

const fields = `wouldBeAttempted
  refusal { code ... on ApprovalRequired { approval { id state needs { approvedBy { principal { principalId } } } } needs { group } } }
  decision { allowed approvalId }
  existing { associationId }
  differences { field }`;
const batchDocument = `query ($input: CheckPodIdentityAssociationsInput!) {
  check: checkPodIdentityAssociations(input: $input) { results { ${fields} } }
}`;

interface Checked {
  readonly wouldBeAttempted: boolean;
  readonly refusal: {
    readonly code: string;
    readonly approval?: { readonly id: string; readonly state: string } | null;
  } | null;
  readonly decision: { readonly allowed: boolean; readonly approvalId: string | null } | null;
}

const { clientRequestToken: _, ...create } = input;
const asked: Asked = { needs: [] };

test('approvers have their time from when they are asked, not from before the reads that come first', async () => {
  const stored = makeSqliteLedger({ file: ':memory:' });
  const slow: typeof stored = {
    ...stored,
    limitReached: (...args) => {
      gateway.clock.skip(5_000);
      return stored.limitReached(...args);
    },
  };
  const gateway = await openGateway({ ledger: slow, change: askingFor({ needs: [security] }) });
  await gateway.create();
  const { requestedAt, decideUntil } = await lastApproval(stored, gateway);
  expect(Date.parse(requestedAt)).toBeGreaterThanOrEqual(gateway.clock.now() - 1_000);
  expect(decideUntil - Date.parse(requestedAt)).toBe(defaultApprovalLimits.decideMs);
  await gateway.close();
  stored.close();
});

describeOnLedger('a dry run of a change that needs an approval, on $name', ({ open }) => {
  let ledger: Ledger & ApprovalStore;
  let gateway: Gateway;
  let reads: string[] = [];
  const noted = (deps: Dependencies): Dependencies => {
    const { approvals } = deps;
    if (approvals === null) throw new Error('The gateway has no approvals.');
    const getApproval: typeof approvals.getApproval = (key) => (reads.push('one'), approvals.getApproval(key));
    const getApprovals: typeof approvals.getApprovals = (keys) => {
      reads.push(`batch of ${keys.length}`);
      return approvals.getApprovals(keys);
    };
    return { ...deps, approvals: { ...approvals, getApproval, getApprovals } };
  };
  openForEachTest((opened) => ({ ledger, gateway } = opened as typeof opened & { ledger: typeof ledger }), {
    open,
    change: (deps) => noted(askingFor(asked)(deps)),
  });
  beforeEach(() => {
    asked.needs = [security];
    reads = [];
  });

  const one = async (kind: 'Create' | 'Update' | 'Delete', given: object, as = 'alice', on = gateway) => {
    const name = `check${kind}PodIdentityAssociation`;
    const query = `query ($input: ${kind}PodIdentityAssociationInput!) { check: ${name}(input: $input) { ${fields} auditEntry { event } } }`;
    const { data } = await on.send<{ check: Checked }>(query, { input: given }, as);
    if (!data) throw new Error('The dry run has no answer.');
    return data.check;
  };
  const batch = async (changes: readonly object[], as = 'alice', on = gateway) => {
    const { data } = await on.send<{ check: { results: Checked[] } }>(batchDocument, { input: { changes } }, as);
    if (!data) throw new Error('The check has no answer.');
    return data.check.results;
  };
  /** The dry run, and the check in a batch, which answer the same. */
  const bothOf = async (as = 'alice') => [await one('Create', create, as), ...(await batch([{ create }], as))];
  const stored = () => lastApproval(ledger, gateway);
  const approve = async () => voteOn(gateway, ledger, await stored());
  const existing = async (more: object = {}) => {
    asked.needs = [];
    const { association } = await gateway.create({ clientRequestToken: 'made', ...more });
    if (!association) throw new Error('Nothing was created.');
    gateway.clock.skip(120_000);
    asked.needs = [security];
    return association;
  };
  const eventsOfApprovals = async () => {
    const { entries } = await ledger.readTrail({ ...noFilters, partition: { kind: 'all' }, limit: 100, before: null });
    return entries.map(({ event }) => event).filter((event) => event.startsWith('APPROV'));
  };

  test('says that one is missing, and opens none', async () => {
    for (const check of await bothOf())
      expect(check).toMatchObject({ wouldBeAttempted: false, refusal: { code: 'APPROVAL_REQUIRED', approval: null } });
    expect(await eventsOfApprovals()).toEqual([]);
  });

  test('has the approval that waits, and lets it wait', async () => {
    await gateway.create();
    const before = await stored();
    for (const check of await bothOf())
      expect(check).toMatchObject({
        wouldBeAttempted: false,
        refusal: { code: 'APPROVAL_REQUIRED', approval: { id: publicApprovalId(before), state: 'PENDING' } },
      });
    expect(await stored()).toEqual(before);
  });

  test('would be attempted once it is given, and uses nothing', async () => {
    await gateway.create();
    await approve();
    const before = await stored();
    for (const check of await bothOf())
      expect(check).toMatchObject({
        wouldBeAttempted: true,
        refusal: null,
        decision: { allowed: true, approvalId: publicApprovalId(before) },
      });
    expect(await stored()).toEqual(before);
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test.each([
    ['of another person', 'pat', () => undefined],
    ['that no longer fits', 'alice', () => (asked.needs = [{ ...security, policyHash: 'd'.repeat(64) }])],
    ['whose time is over', 'alice', () => gateway.clock.skip(defaultApprovalLimits.useMs)],
    ['whose voter is denied by now', 'alice', () => (asked.deniedVoters = ['bob'])],
  ])('does not count an approval %s, and expires nothing', async (_name, as, happens) => {
    await gateway.create();
    await approve();
    const before = await stored();
    happens();
    for (const check of await bothOf(as))
      expect(check).toMatchObject({ wouldBeAttempted: false, refusal: { code: 'APPROVAL_REQUIRED' } });
    expect(await stored()).toEqual(before);
    delete asked.deniedVoters;
  });

  test('does not count the approval of a voter who was locked since', async () => {
    await gateway.create();
    await approve();
    const { lock, lift } = lockOperations(ledger);
    const bob = { kind: 'PRINCIPAL', principalId: 'https://issuer.example#bob' } as const;
    await lock(bob);
    await lift(bob);
    for (const check of await bothOf())
      expect(check).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED', approval: { state: 'PENDING' } } });
    expect((await stored()).state).toBe('APPROVED');
  });

  test('meets the lock of the caller, as its request would, before an approval is missing', async () => {
    const { lock } = lockOperations(ledger);
    await lock({ kind: 'PRINCIPAL', principalId: 'https://issuer.example#alice' });
    for (const check of await bothOf())
      expect(check).toMatchObject({ wouldBeAttempted: false, refusal: { code: 'CHANGES_LOCKED' } });
    await gateway.create();
    await expect(stored()).rejects.toThrow('No approval was asked for.');
  });

  test('of many changes reads their approvals in one batch, and none where none is needed', async () => {
    const changes = Array.from({ length: 20 }, (__, index) => ({
      create: { ...create, serviceAccount: `sa-${index}` },
    }));
    await gateway.create({ serviceAccount: 'sa-7' });
    reads = [];
    const results = await batch(changes);
    expect(results.filter(({ refusal }) => refusal?.approval)).toHaveLength(1);
    expect(reads).toEqual(['batch of 20']);
    reads = [];
    asked.needs = [];
    await batch(changes);
    expect(reads).toEqual([]);
  });

  test('answers what exists as EKS would, also where it would be adopted', async () => {
    const { associationId } = await existing();
    for (const check of await bothOf())
      expect(check).toMatchObject({ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' }, existing: { associationId } });
    expect(await gateway.create({ clientRequestToken: 'held' })).toMatchObject({
      refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
    });
    // Adoptions need an approval too.
    expect(await gateway.create({ clientRequestToken: 'adopting', ifExists: 'ADOPT' })).toMatchObject({
      refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
    });
    expect(await eventsOfApprovals()).toEqual([]);
  });

  test('of an association that the principal may not view is answered as if there were none, in every way', async () => {
    const { associationId } = await existing();
    const blind = await openBeside(gateway, { change: (deps) => withoutViews(askingFor(asked)(deps)) });
    const answersOf = async (name: string, id: string) => {
      const serviceAccount = name === 'used' ? create.serviceAccount : 'unused';
      const change = { clusterName: create.clusterName, associationId: id };
      const given = { ...create, serviceAccount };
      return [
        await one('Create', given, 'alice', blind),
        await one('Update', { ...change, roleArn: roleArn('payments/payments-worker') }, 'alice', blind),
        await one('Delete', change, 'alice', blind),
        await batch(
          [{ create: given }, { delete: change }, { update: { ...change, roleArn: create.roleArn } }],
          'alice',
          blind,
        ),
        (await blind.create({ clientRequestToken: name, serviceAccount })).refusal?.code,
      ];
    };
    const hidden = await answersOf('used', associationId);
    const absent = await answersOf('unused', 'a-00000000000000000');
    expect(hidden).toEqual(absent);
    expect(hidden.at(-1)).toBe('APPROVAL_REQUIRED');
  });

  test('of an update whose association the principal may not view any more does not show its approval', async () => {
    const { associationId } = await existing();
    const update = { clusterName: create.clusterName, associationId, roleArn: roleArn('payments/payments-worker') };
    await gateway.update({ associationId, roleArn: update.roleArn, clientRequestToken: 'update' });
    const blind = await openBeside(gateway, { change: (deps) => withoutViews(askingFor(asked)(deps)) });
    for (const check of [await one('Update', update, 'alice', blind), ...(await batch([{ update }], 'alice', blind))])
      expect(check).toMatchObject({ refusal: { code: 'ASSOCIATION_NOT_FOUND' }, decision: null, existing: null });
  });

  test('an update that changes nothing asks nobody, also with the same expiry', async () => {
    const expiresAt = new Date(gateway.clock.now() + 86_400_000).toISOString();
    const { associationId, roleArn: role } = await existing({ expiresAt });
    const sent = gateway.sent('UpdatePodIdentityAssociation');
    for (const [index, same] of [
      { roleArn: role },
      { expiresAt },
      { roleArn: role, expiresAt, policy: null },
    ].entries()) {
      const change = { associationId, ...same, clientRequestToken: `same-${index}` };
      const { clientRequestToken: __, ...checked } = change;
      expect(await one('Update', { clusterName: create.clusterName, ...checked })).toMatchObject({
        wouldBeAttempted: false,
        refusal: { code: 'NOTHING_TO_CHANGE', approval: null },
      });
      expect(await gateway.update(change)).toMatchObject({
        status: 'REFUSED',
        refusal: { code: 'NOTHING_TO_CHANGE', retryable: false },
        auditEntry: { event: 'REFUSED' },
      });
    }
    expect(await eventsOfApprovals()).toEqual([]);
    expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(sent);
    const other = { associationId, expiresAt: null, clientRequestToken: 'clears' };
    expect(await gateway.update(other)).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
  });

  test('the limit of pending ones is judged before EKS is asked', async () => {
    const limited = await openBeside(gateway, { change: askingFor(asked), approvalLimits: { maxPending: 1 } });
    await limited.create({ clientRequestToken: 'one', serviceAccount: 'one' });
    gateway.simulator.control.clearRequests();
    expect(await limited.create({ clientRequestToken: 'two', serviceAccount: 'two' })).toMatchObject({
      refusal: { code: 'APPROVAL_LIMIT_REACHED' },
    });
    expect(gateway.simulator.control.requests()).toEqual([]);
  });
});

describeOnLedger('a create that needs an approval and would adopt, on $name', ({ open }) => {
  let gateway: Gateway;
  const needed: Asked = { needs: [] };
  openForEachTest(({ gateway: opened }) => (gateway = opened), {
    open,
    // Policy asks for creates, and permits adoptions to everybody.
    change: (deps) => {
      const asking = askingFor(needed)(deps);
      const authorize: Dependencies['authorize'] = (context, request) =>
        request.action === 'AdoptPodIdentityAssociation'
          ? { ...deps.authorize(context, request), allowed: true, violations: [] }
          : asking.authorize(context, request);
      return { ...asking, authorize, preauthorize: () => null };
    },
  });

  test('adopts what exists under the permission to adopt, and asks nobody', async () => {
    needed.needs = [];
    const { associationId } = await createAssociation(gateway);
    needed.needs = [security];
    const adopting = { clientRequestToken: 'adopting', ifExists: 'ADOPT' };
    expect(await gateway.create(adopting)).toMatchObject({ status: 'SUCCEEDED', association: { associationId } });
    expect(await gateway.create(adopting)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    expect(gateway.sent()).toBe(0);
  });
});
