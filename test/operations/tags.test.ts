import type { Ledger } from '../../src/ledger/ledger.ts';
import { operationTagKey } from '../../src/model/association.ts';
import { createAssociation, inDoubtMs, leaseMs, readLagMs, reconcileNow, worker } from '../support/changes.ts';
import type { WholeAssociation } from '../support/documents.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, input, openBeside } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

interface Found {
  readonly serviceAccount: string;
  readonly origin: string;
  readonly tags: WholeAssociation['tags'];
}

const team = { key: 'team', value: 'payments' };
const cost = { key: 'cost-center', value: '42' };

describeOnLedger('changes of tags on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;
  let association: WholeAssociation;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  beforeEach(async () => {
    association = await createAssociation(gateway);
  });

  const tag = (fields: object, as?: string) => gateway.tag({ associationId: association.associationId, ...fields }, as);
  const untag = (fields: object, as?: string) =>
    gateway.untag({ associationId: association.associationId, ...fields }, as);
  const tagsAtEks = () => gateway.simulator.control.associations()[0]?.tags ?? {};
  const setOutside = (tags: Record<string, string>) => {
    const { [operationTagKey]: own = '' } = tagsAtEks();
    gateway.simulator.control.updateAssociation(association.associationId, {
      tags: { [operationTagKey]: own, ...tags },
    });
  };
  const fault = (kind: 'cut-before' | 'cut-after' | 'lag', more = {}) =>
    gateway.simulator.control.addFault({ operation: 'TagResource', kind, ...more });
  const state = () => {
    const { namespace, serviceAccount, clusterName } = input;
    return gateway.observations.getAssociationState({ ...home, clusterName, namespace, serviceAccount });
  };
  const shown = (tags: WholeAssociation['tags'] | undefined) => tags?.filter(({ key }) => key !== operationTagKey);

  test('set tags, replace values and remove tags, and answer with the association as it is then', async () => {
    const set = await tag({ tags: [cost, { key: 'team', value: 'core' }] });
    expect(set).toMatchObject({ status: 'SUCCEEDED', association: { modifiedAt: association.modifiedAt } });
    expect(shown(set.association?.tags)).toEqual([cost, { key: 'team', value: 'core' }]);
    const removed = await untag({ tagKeys: ['cost-center', 'unknown'] });
    expect(shown(removed.association?.tags)).toEqual([{ key: 'team', value: 'core' }]);
    expect(tagsAtEks()).toEqual({ team: 'core', [operationTagKey]: expect.any(String) });
    expect(gateway.sent('TagResource')).toBe(1);
    expect(gateway.sent('UntagResource')).toBe(1);
  });

  test('send nothing again for the same token', async () => {
    const fields = { tags: [cost], clientRequestToken: 'once' };
    await tag(fields);
    expect(await tag(fields)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    expect(gateway.sent('TagResource')).toBe(1);
  });

  test('refuse other tags than expectedTags, and name them', async () => {
    const stale = await tag({ tags: [cost], expectedTags: [{ ...team, value: 'core' }] });
    const differences = [{ field: 'tags.team', requested: 'core', existing: 'payments' }];
    expect(stale.refusal).toMatchObject({ code: 'ASSOCIATION_CHANGED', differences });
    expect(await tag({ tags: [cost], expectedTags: [team] })).toMatchObject({ status: 'SUCCEEDED' });
    expect(gateway.sent('TagResource')).toBe(1);
  });

  test('compare expectedTags with the tags of the last change, also where reads of EKS still show older ones', async () => {
    fault('lag', { delayMs: 9_000 });
    await tag({ tags: [cost] });
    expect((await tag({ tags: [{ ...cost, value: '43' }], expectedTags: [team] })).refusal?.code).toBe(
      'ASSOCIATION_CHANGED',
    );
    const next = await tag({ tags: [{ ...cost, value: '43' }], expectedTags: [team, cost] });
    expect(shown(next.association?.tags)).toEqual([{ ...cost, value: '43' }, team]);
  });

  test('compare expectedTags with what others set, once reads show it', async () => {
    await tag({ tags: [cost] });
    setOutside({ team: 'payments' });
    gateway.clock.skip(100_000);
    expect(await tag({ tags: [cost], expectedTags: [team] })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('begin only if no other operation on the service account is in progress', async () => {
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
    const update = { associationId: association.associationId, roleArn: worker, clientRequestToken: 'lost' };
    await gateway.update(update);
    const fields = { tags: [cost], clientRequestToken: 'tags' };
    expect((await tag(fields)).refusal).toMatchObject({ code: 'OPERATION_IN_PROGRESS', retryable: true });
    expect(gateway.sent('TagResource')).toBe(0);
    gateway.clock.skip(inDoubtMs);
    await gateway.update(update);
    expect(await tag(fields)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('begin only if no other operation has ended since the state was read by which they are judged', async () => {
    const { associationId } = association;
    const { observations: ledgerOf } = gateway;
    let isChanged = false;
    const getAssociationState: typeof ledgerOf.getAssociationState = async (target) => {
      const known = await ledgerOf.getAssociationState(target);
      if (!isChanged) {
        isChanged = true;
        await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'meanwhile' });
      }
      return known;
    };
    const slow = await openBeside(gateway, { ledger: { ...ledgerOf, getAssociationState } });
    const fields = { associationId, tags: [cost], clientRequestToken: 'tags' };
    expect((await slow.tag(fields)).refusal).toMatchObject({ code: 'OPERATION_IN_PROGRESS', retryable: true });
    expect(gateway.sent('TagResource')).toBe(0);
    expect(await slow.tag(fields)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('count the tags after the change, with that of the gateway', async () => {
    const some = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: '' }));
    const tooMany = await tag({ tags: some(49) });
    expect(tooMany.refusal).toMatchObject({ __typename: 'InvalidInput', code: 'TAG_LIMIT_EXCEEDED' });
    expect(await tag({ tags: some(48) })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('refuse keys of the gateway and of AWS, none, and a key twice', async () => {
    const rules = async (answer: Promise<{ refusal: unknown }>) =>
      ((await answer).refusal as { findings: { path: string; rule: string }[] }).findings.map(
        ({ path, rule }) => `${path} ${rule}`,
      );
    const tags = [{ key: operationTagKey, value: 'x' }, { key: 'aws:x', value: '' }, cost, cost];
    expect(await rules(tag({ tags, expectedTags: [{ key: operationTagKey, value: 'x' }] }))).toEqual([
      'tags.0.key no-own-prefix',
      'tags.1.key no-aws-prefix',
      'tags.3.key unique-key',
      'expectedTags.0.key no-own-prefix',
    ]);
    expect(await rules(tag({ tags: [] }))).toEqual(['tags not-empty']);
    expect(await rules(untag({ tagKeys: [operationTagKey, 'a', 'a'] }))).toEqual([
      'tagKeys.0 no-own-prefix',
      'tagKeys.2 unique-key',
    ]);
  });

  test('are denied where policy does not permit the tags after the change', async () => {
    expect((await untag({ tagKeys: ['team'] })).refusal).toMatchObject({ violations: [{ policyId: 'required-tags' }] });
    expect((await tag({ tags: [cost] }, 'bob')).refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
    expect(gateway.sent('TagResource') + gateway.sent('UntagResource')).toBe(0);
  });

  test('keep declaration, origin and operation of the association', async () => {
    const { associationId } = association;
    await gateway.update({ associationId, roleArn: worker, declaration: 'payments/bindings' });
    const { confirmed, latest } = (await state()) ?? {};
    await tag({ tags: [cost], declaration: 'others' });
    const after = await state();
    expect(after?.confirmed).toEqual({
      ...confirmed,
      association: { ...confirmed?.association, tags: after?.tags?.tags },
    });
    expect(shown(after?.confirmed?.association.tags)).toEqual([cost, team]);
    expect(after?.latest).toEqual(latest);
    await gateway.adopt({ associationId });
    await untag({ tagKeys: ['cost-center'] });
    expect(await state()).toMatchObject({
      latest: { origin: 'ADOPTED' },
      confirmed: { operation: 'ADOPT_POD_IDENTITY_ASSOCIATION', association: { roleArn: worker } },
    });
  });

  test('are not undone by an update that read older tags', async () => {
    fault('lag', { delayMs: 9_000 });
    await tag({ tags: [cost] });
    await gateway.update({ associationId: association.associationId, roleArn: worker });
    const { confirmed } = (await state()) ?? {};
    expect(confirmed?.association).toMatchObject({ roleArn: worker });
    expect(shown(confirmed?.association.tags)).toEqual([cost, team]);
  });

  test('are not undone by an adoption that read older tags, and are by one that reads others', async () => {
    const { associationId } = association;
    fault('lag', { delayMs: 9_000 });
    await tag({ tags: [cost] });
    await gateway.adopt({ associationId });
    expect(shown((await state())?.confirmed?.association.tags)).toEqual([cost, team]);
    setOutside({ team: 'payments' });
    gateway.clock.skip(100_000);
    await gateway.adopt({ associationId });
    expect(shown((await state())?.confirmed?.association.tags)).toEqual([team]);
  });

  describe('whose answer is lost', () => {
    const fields = { tags: [cost], clientRequestToken: 'lost' };
    const lose = async (kind: 'cut-before' | 'cut-after') => {
      fault(kind);
      expect(await tag(fields)).toMatchObject({ status: 'IN_PROGRESS' });
    };

    test('have succeeded once a read that began later than reads lag shows the requested tags', async () => {
      await lose('cut-after');
      expect(await tag(fields)).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(leaseMs);
      expect(await tag(fields)).toMatchObject({ status: 'SUCCEEDED' });
      expect(gateway.sent('TagResource')).toBe(1);
    });

    test('exclude others while they may still act, also after they were found to be done', async () => {
      await lose('cut-after');
      gateway.clock.skip(leaseMs);
      await tag(fields);
      const other = { tags: [{ ...cost, value: '43' }], clientRequestToken: 'other' };
      expect((await tag(other)).refusal?.code).toBe('OPERATION_IN_PROGRESS');
      gateway.clock.skip(inDoubtMs);
      expect(await tag(other)).toMatchObject({ status: 'SUCCEEDED' });
    });

    test('are undetermined after the doubt if the tags are as before, and are not sent again', async () => {
      await lose('cut-before');
      gateway.clock.skip(leaseMs);
      expect(await tag(fields)).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect((await tag(fields)).refusal).toMatchObject({
        code: 'OUTCOME_UNDETERMINED',
        existing: { tags: [{}, team] },
      });
      expect(gateway.sent('TagResource')).toBe(1);
    });

    test('have succeeded after the doubt if the tags were so before', async () => {
      await tag({ tags: [cost] });
      await lose('cut-before');
      gateway.clock.skip(leaseMs);
      expect(await tag(fields)).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect(await tag(fields)).toMatchObject({ status: 'SUCCEEDED' });
    });

    test('are undetermined if the association is gone', async () => {
      await lose('cut-before');
      gateway.simulator.control.deleteAssociation(association.associationId);
      gateway.clock.skip(leaseMs);
      expect(await tag(fields)).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect((await tag(fields)).refusal).toMatchObject({ code: 'OUTCOME_UNDETERMINED', existing: null });
    });

    test('are in the history also if the first read of the repetition does not show the association', async () => {
      await lose('cut-after');
      gateway.clock.skip(leaseMs);
      let reads = 0;
      const lagging = await openBeside(gateway, {
        change: (deps) => ({
          ...deps,
          eksFor: (cluster) => {
            const eks = deps.eksFor(cluster);
            const describe: typeof eks.describe = async (...call) =>
              reads++ === 0 ? { kind: 'absent' } : eks.describe(...call);
            return { ...eks, describe };
          },
        }),
      });
      const { associationId } = association;
      expect(await lagging.tag({ associationId, ...fields })).toMatchObject({ status: 'SUCCEEDED' });
      const { namespace, serviceAccount, clusterName } = input;
      const target = { ...home, clusterName, namespace, serviceAccount };
      const versions = await gateway.deps.associations?.readVersions(target, { from: '' }, 10);
      expect(versions?.map(({ association: of }) => shown(of?.tags))).toEqual([[team], [cost, team]]);
    });

    test('explain only the requested tags once they are found done, not what others set before the repetition', async () => {
      await lose('cut-after');
      gateway.clock.skip(leaseMs);
      const { associationId } = association;
      const bounds = { deadline: Infinity };
      const older = await gateway.deps
        .eksFor({ ...home, clusterName: input.clusterName })
        .describe(associationId, bounds);
      setOutside({ team: team.value, [cost.key]: 'outside' });
      let reads = 0;
      const lagging = await openBeside(gateway, {
        change: (deps) => ({
          ...deps,
          eksFor: (cluster) => {
            const eks = deps.eksFor(cluster);
            const describe: typeof eks.describe = (...call) =>
              reads++ === 1 ? Promise.resolve(older) : eks.describe(...call);
            return { ...eks, describe };
          },
        }),
      });
      expect(await lagging.tag({ associationId, ...fields })).toMatchObject({ status: 'SUCCEEDED' });
      const open = (await state())?.openOperations.map(({ tags }) => tags);
      expect(open).toEqual([[{ key: cost.key, before: cost.value, requested: cost.value }]]);
    });

    test('are concluded by the reconciler', async () => {
      await lose('cut-after');
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      expect((await state())?.recordsInProgress).toEqual([]);
      expect(shown((await state())?.confirmed?.association.tags)).toEqual([cost, team]);
      expect(await ledger.expiredLeases(gateway.clock.now(), 10)).toEqual([]);
    });
  });

  test('that EKS refuses for certain are released, and the token compares expectedTags again', async () => {
    gateway.simulator.control.addFault({ operation: 'TagResource', kind: 'throttle' });
    const fields = { tags: [cost], expectedTags: [team], clientRequestToken: 'again' };
    expect((await tag(fields)).refusal).toMatchObject({ code: 'THROTTLED', retryable: true });
    setOutside({ team: 'core' });
    expect((await tag(fields)).refusal?.code).toBe('ASSOCIATION_CHANGED');
  });

  test('wait for a create in doubt, and follow it and an adoption in the history', async () => {
    const other = { serviceAccount: 'found', clientRequestToken: 'found' };
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    await gateway.create(other);
    gateway.clock.skip(20_000);
    const { associationId = '' } = gateway.simulator.control.associations().at(-1) ?? {};
    await gateway.adopt({ associationId });
    gateway.clock.skip(20_000);
    expect((await gateway.tag({ associationId, tags: [cost] })).refusal?.code).toBe('OPERATION_IN_PROGRESS');
    expect(await gateway.create(other)).toMatchObject({ status: 'SUCCEEDED' });
    gateway.clock.skip(inDoubtMs);
    await gateway.tag({ associationId, tags: [cost] });
    gateway.clock.skip(20_000);
    await gateway.untag({ associationId, tagKeys: ['cost-center'] });
    const { namespace, clusterName } = input;
    const target = { ...home, clusterName, namespace, serviceAccount: 'found' };
    const versions = await gateway.deps.associations?.readVersions(target, { from: '' }, 10);
    expect(versions?.map(({ origin, association: of }) => [origin, ...(shown(of?.tags) ?? [])])).toEqual([
      ['OPERATION', team],
      ['ADOPTED', team],
      ['ADOPTED', cost, team],
      ['ADOPTED', team],
    ]);
    const query = `query ($asOf: DateTime) { associations(asOf: $asOf) { nodes { serviceAccount origin tags { key value } } } }`;
    const asOf = async (at: number | undefined) => {
      const variables = { asOf: new Date((at ?? 0) + 1).toISOString() };
      const answered = await gateway.send<{ associations: { nodes: Found[] } }>(query, variables);
      const node = answered.data?.associations.nodes.find((one) => one.serviceAccount === 'found');
      return [node?.origin, ...(shown(node?.tags) ?? [])];
    };
    const seen = versions?.map(({ seenAt }) => seenAt) ?? [];
    expect([await asOf(seen[1]), await asOf(seen[2]), await asOf(seen[3])]).toEqual([
      ['ADOPTED', team],
      ['ADOPTED', cost, team],
      ['ADOPTED', team],
    ]);
  });

  test('of an association that nothing had shown keep in the history who made it, and its tags before', async () => {
    const { namespace, clusterName, roleArn } = input;
    const core = { ...team, value: 'core' };
    const target = { ...home, clusterName, namespace, serviceAccount: 'unseen' };
    const { associationId } = gateway.simulator.control.createAssociation({
      ...target,
      roleArn,
      tags: { team: 'payments' },
    });
    const versions = () => gateway.deps.associations?.readVersions(target, { from: '' }, 10);
    // A create that EKS refused may still explain what scans see, but did not make it.
    expect((await gateway.create({ serviceAccount: 'unseen', clientRequestToken: 'unseen' })).refusal?.code).toBe(
      'ASSOCIATION_ALREADY_EXISTS',
    );
    gateway.clock.skip(readLagMs);
    await gateway.tag({ associationId, tags: [cost] });
    expect(await versions()).toMatchObject([
      { origin: 'OUTSIDE', operationId: null, association: { tags: [cost, team] }, tagsBefore: [team] },
    ]);
    // Others change it: no scan has shown that when its tags are changed again.
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker, tags: { team: core.value } });
    gateway.clock.skip(100_000);
    await gateway.tag({ associationId, tags: [team] });
    expect((await versions())?.slice(1)).toMatchObject([
      { origin: 'OUTSIDE', association: { roleArn: worker, tags: [team] }, tagsBefore: [core] },
    ]);
  });

  test('count for the version that an update left, also where reads of EKS still show the one before', async () => {
    const { associationId, modifiedAt } = association;
    const { clusterName, namespace, serviceAccount } = input;
    const lag = { kind: 'lag', delayMs: 9_000 } as const;
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', ...lag });
    await gateway.update({ associationId, roleArn: worker });
    const stale = await tag({ tags: [cost], expectedModifiedAt: modifiedAt, clientRequestToken: 'stale' });
    expect(stale.refusal?.code).toBe('ASSOCIATION_CHANGED');
    await tag({ tags: [cost] });
    const target = { ...home, clusterName, namespace, serviceAccount };
    const last = (await gateway.deps.associations?.readVersions(target, { from: '' }, 10))?.at(-1);
    expect(last).toMatchObject({ origin: 'OPERATION', association: { roleArn: worker } });
    expect(shown(last?.association?.tags)).toEqual([cost, team]);
  });

  test('that a dry run checks are not sent', async () => {
    const query = `query ($input: TagPodIdentityAssociationInput!) {
      check: checkTagPodIdentityAssociation(input: $input) { wouldBeAttempted refusal { code } differences { field } }
    }`;
    const check = async (more: object) => {
      const { clusterName } = input;
      const fields = { clusterName, associationId: association.associationId, tags: [cost], ...more };
      return (await gateway.send<{ check: unknown }>(query, { input: fields }, 'alice')).data?.check;
    };
    expect(await check({})).toMatchObject({ wouldBeAttempted: true, differences: [{ field: 'tags.cost-center' }] });
    expect(await check({ expectedTags: [] })).toMatchObject({ refusal: { code: 'ASSOCIATION_CHANGED' } });
    expect(gateway.sent('TagResource')).toBe(0);
  });
});
