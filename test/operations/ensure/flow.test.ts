import { podIdentityTrustPolicy } from '#eks-simulator';
import { inDoubtMs, readLagMs, worker } from '../../support/changes.ts';
import { openForEachTest } from '../../support/each-test.ts';
import { input } from '../../support/gateway.ts';
import type { Gateway } from '../../support/gateway.ts';
import { describeOnLedger } from '../../support/ledgers.ts';

describeOnLedger('a desired state, on $name', ({ open }) => {
  let gateway: Gateway;
  openForEachTest((opened) => ({ gateway } = opened), { open });

  const team = [{ key: 'team', value: 'payments' }];
  /** Time after which every read shows the last change. */
  const settle = () => gateway.clock.skip(readLagMs);
  const ensure = async (...call: Parameters<Gateway['ensure']>) => {
    settle();
    return gateway.ensure(...call);
  };
  const ensureNo = async (...call: Parameters<Gateway['ensureNo']>) => {
    settle();
    return gateway.ensureNo(...call);
  };
  const none = { status: 'SUCCEEDED', change: 'NONE', isSettled: true, auditEntry: null };
  const elsewhere = { status: 'REFUSED', refusal: { code: 'DECLARED_ELSEWHERE', retryable: false } };
  const busy = {
    status: 'REFUSED',
    refusal: { code: 'OPERATION_IN_PROGRESS', retryable: true },
    retryAfterSeconds: 10,
  };
  const associations = () => gateway.simulator.control.associations();

  test('creates what is missing, and then has nothing to change', async () => {
    expect(await ensure({ tags: team })).toMatchObject({
      status: 'SUCCEEDED',
      change: 'CREATE',
      isSettled: true,
      differences: [],
      association: { roleArn: input.roleArn },
      clientRequestToken: expect.stringMatching(/^ensure-[0-9a-f]{64}$/) as string,
      auditEntry: { event: 'SUCCEEDED', operationKind: 'CREATE_POD_IDENTITY_ASSOCIATION', declaration: 'app' },
    });
    expect(await ensure({ tags: team })).toMatchObject({
      ...none,
      association: { roleArn: input.roleArn },
      warnings: [],
    });
    expect(gateway.sent()).toBe(1);
  });

  test('changes settings first, then sets tags, then removes tags, one change a request', async () => {
    await ensure({ tags: [...team, { key: 'old', value: 'x' }] });
    const desired = { roleArn: worker, tags: [...team, { key: 'new', value: 'y' }] };
    const changed = await ensure(desired);
    expect(changed).toMatchObject({ status: 'SUCCEEDED', change: 'UPDATE', isSettled: false });
    expect(changed.differences.map(({ field }) => field)).toEqual(['roleArn', 'tags.new', 'tags.old']);
    expect(await ensure(desired)).toMatchObject({ status: 'SUCCEEDED', change: 'TAG', isSettled: false });
    expect(await ensure(desired)).toMatchObject({ status: 'SUCCEEDED', change: 'UNTAG', isSettled: true });
    expect(await ensure(desired)).toMatchObject(none);
  });

  test('deletes what is its own, and then has nothing to change', async () => {
    await ensure();
    expect(await ensureNo()).toMatchObject({
      status: 'SUCCEEDED',
      change: 'DELETE',
      isSettled: true,
      association: null,
    });
    expect(await ensureNo()).toMatchObject({ ...none, association: null });
    expect(associations()).toEqual([]);
  });

  test('sends A again after it was changed to B', async () => {
    await ensure();
    await ensure({ roleArn: worker });
    expect(await ensure()).toMatchObject({ status: 'SUCCEEDED', change: 'UPDATE', isSettled: true });
    expect(associations()).toMatchObject([{ roleArn: input.roleArn }]);
  });

  test('creates again what was deleted outside', async () => {
    await ensure();
    const [one] = associations();
    gateway.simulator.control.deleteAssociation(one?.associationId ?? '');
    expect(await ensure()).toMatchObject({ status: 'SUCCEEDED', change: 'CREATE' });
  });

  test('leaves alone what another declaration, or none, made last', async () => {
    await gateway.create({ declaration: 'other' });
    expect(await ensure({ roleArn: worker })).toMatchObject({ ...elsewhere, change: 'UPDATE' });
    expect(await ensureNo()).toMatchObject({ ...elsewhere, change: 'DELETE' });
    expect(await ensure()).toMatchObject({ ...none, warnings: [{ code: 'NOT_OWN' }] });
    expect(associations()).toMatchObject([{ roleArn: input.roleArn }]);
  });

  test('takes over what differs by its change, and what is equal by an adoption', async () => {
    await gateway.create({ declaration: 'other' });
    expect(await ensure({ roleArn: worker, takeOver: true })).toMatchObject({ change: 'UPDATE', status: 'SUCCEEDED' });
    expect(await ensure({ roleArn: worker })).toMatchObject({ ...none, warnings: [] });
    expect(await ensure({ roleArn: worker, declaration: 'third', takeOver: true }, 'pat')).toMatchObject({
      change: 'ADOPT',
      status: 'SUCCEEDED',
      isSettled: true,
    });
    expect(await ensure({ roleArn: worker })).toMatchObject({ ...none, warnings: [{ code: 'NOT_OWN' }] });
  });

  test('leaves the expiry as it is if it names none, sets it, and clears it with null', async () => {
    const at = (minutes: number) => new Date(gateway.clock.now() + minutes * 60_000).toISOString();
    const expiresAt = at(600);
    expect(await ensure({ expiresAt })).toMatchObject({ change: 'CREATE', expiresAt, isSettled: true });
    expect(await ensure({ expiresAt })).toMatchObject({ ...none, expiresAt });
    expect(await ensure()).toMatchObject({ ...none, expiresAt });
    const later = at(900);
    expect(await ensure({ expiresAt: later })).toMatchObject({ change: 'UPDATE', expiresAt: later, isSettled: true });
    expect(await ensure({ expiresAt: null })).toMatchObject({ change: 'UPDATE', expiresAt: null, isSettled: true });
    expect(await ensure({ expiresAt: null })).toMatchObject(none);
  });

  test('leaves tags as they are without a list, and asks for the removal of all with an empty one', async () => {
    await gateway.create({ declaration: 'app', tags: [...team, { key: 'more', value: 'x' }] });
    expect(await ensure({ tags: null })).toMatchObject(none);
    // Policy requires one of them.
    const all = { change: 'UNTAG', status: 'REFUSED', refusal: { code: 'POLICY_DENIED' } };
    expect(await ensure({ tags: [] })).toMatchObject({ ...all, differences: [{}, {}] });
    expect(await ensure({ tags: team })).toMatchObject({ change: 'UNTAG', status: 'SUCCEEDED', isSettled: true });
  });

  test('observes the change of an earlier request whose answer was lost, and sends no other', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    expect(await ensure()).toMatchObject({ status: 'IN_PROGRESS', change: 'CREATE' });
    expect(await ensure()).toMatchObject({ status: 'SUCCEEDED', change: 'CREATE', isSettled: true });
    expect(gateway.sent()).toBe(1);
    // Closed in doubt, it might act again.
    expect(await ensure()).toMatchObject({ ...busy, auditEntry: null });
    gateway.clock.skip(inDoubtMs);
    expect(await ensure()).toMatchObject(none);
  });

  test('sends again a change that was lost on the way', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-before' });
    expect(await ensure()).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await ensure({ roleArn: worker })).toMatchObject({ ...busy, change: 'CREATE' });
    gateway.clock.skip(inDoubtMs);
    expect(await ensure()).toMatchObject({ status: 'SUCCEEDED', change: 'CREATE' });
    expect(associations()).toHaveLength(1);
  });

  test('changes nothing while the delete of others is in progress, although it is still visible', async () => {
    await ensure();
    gateway.simulator.control.addFault({ operation: 'DeletePodIdentityAssociation', kind: 'cut-before' });
    expect(await ensureNo()).toMatchObject({ status: 'IN_PROGRESS', change: 'DELETE' });
    expect(await ensure()).toMatchObject({ ...busy, auditEntry: null });
    gateway.clock.skip(inDoubtMs);
    expect(await ensureNo()).toMatchObject({ status: 'SUCCEEDED', change: 'DELETE' });
  });

  test('makes a refused change at once when its cause is fixed', async () => {
    gateway.simulator.control.addRole({ arn: input.roleArn, trustPolicy: { Version: '2012-10-17', Statement: [] } });
    const refused = await ensure();
    expect(refused).toMatchObject({
      status: 'REFUSED',
      change: 'CREATE',
      refusal: { code: 'TRUST_POLICY_INVALID', retryable: false },
      auditEntry: { event: 'RELEASED', refusalCode: 'TRUST_POLICY_INVALID' },
    });
    expect(refused.refusal?.advice).not.toContain('clientRequestToken');
    gateway.simulator.control.addRole({ arn: input.roleArn, trustPolicy: podIdentityTrustPolicy });
    expect(await gateway.ensure()).toMatchObject({ status: 'SUCCEEDED', change: 'CREATE' });
  });
});
