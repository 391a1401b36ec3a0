import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import {
  createAssociation,
  holdAnswers,
  inDoubtMs,
  leaseMs,
  readLagMs,
  reconcileNow,
  worker,
} from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openBeside } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const hourMs = 3_600_000;
const target = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
};

describeOnLedger('expiresAt, on $name', ({ open }) => {
  let ledger: Ledger & ObservationStore;
  let gateway: Gateway;
  openForEachTest((opened) => ({ gateway, ledger } = opened as typeof opened & { ledger: typeof ledger }), { open });

  /** A time from now, as a request gives it. */
  const inFuture = (ms: number) => new Date(gateway.clock.now() + ms).toISOString();
  const expiryNow = async () => (await ledger.getAssociationState(target))?.expiry ?? null;
  const refused = (code: string) => ({ status: 'REFUSED', refusal: { code } });

  test('of a create is stored with its outcome, not before', async () => {
    const expiresAt = inFuture(hourMs);
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    expect(await gateway.create({ expiresAt })).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await expiryNow()).toBeNull();
    gateway.clock.skip(leaseMs);
    const { association, auditEntry } = await gateway.create({ expiresAt });
    expect(await expiryNow()).toMatchObject({
      associationId: association?.associationId,
      expiresAt,
      setBy: auditEntry.operationId,
      isWarned: false,
      nextAt: Date.parse(expiresAt),
    });
  });

  test('is stored by the reconciler that closes the operation', async () => {
    const expiresAt = inFuture(hourMs);
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    await gateway.create({ expiresAt });
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    expect(await expiryNow()).toMatchObject({ expiresAt });
  });

  test('is part of the input that a token is bound to, also where it is null', async () => {
    const { associationId } = await createAssociation(gateway);
    const update = { associationId, roleArn: worker, clientRequestToken: 'change' };
    expect(await gateway.update(update)).toMatchObject({ status: 'SUCCEEDED' });
    for (const expiresAt of [null, inFuture(hourMs)])
      expect(await gateway.update({ ...update, expiresAt })).toMatchObject(
        refused('TOKEN_REUSED_WITH_DIFFERENT_INPUT'),
      );
  });

  test('is refused once and for all if it is too near or too far', async () => {
    for (const [token, ms] of [
      ['near', 299_000],
      ['past', -1],
      ['far', 2_000 * 24 * hourMs],
    ] as const) {
      const request = { clientRequestToken: token, expiresAt: inFuture(ms) };
      expect(await gateway.create(request)).toMatchObject({
        ...refused('EXPIRES_AT_OUT_OF_RANGE'),
        auditEntry: { event: 'REFUSED', fence: null },
      });
      expect(await gateway.create(request)).toMatchObject({ ...refused('EXPIRES_AT_OUT_OF_RANGE'), replayed: true });
    }
    expect(gateway.sent()).toBe(0);
  });

  test('that has passed does not keep the repetition of a request from its answer', async () => {
    const expiresAt = inFuture(hourMs);
    const created = await gateway.create({ expiresAt });
    gateway.clock.skip(2 * hourMs);
    const repeated = await gateway.create({ expiresAt });
    expect(repeated).toMatchObject({ status: 'SUCCEEDED', replayed: true, association: created.association });
  });

  test('that has passed keeps a create that had no effect from being sent again', async () => {
    const expiresAt = inFuture(hourMs);
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-before' });
    await gateway.create({ expiresAt });
    gateway.clock.skip(2 * hourMs);
    expect(await gateway.create({ expiresAt })).toMatchObject(refused('EXPIRES_AT_OUT_OF_RANGE'));
    expect(gateway.simulator.control.associations()).toEqual([]);
  });

  test('alone in an update sends nothing to EKS, in one transaction', async () => {
    const { associationId, modifiedAt } = await createAssociation(gateway);
    const expiresAt = inFuture(hourMs);
    const updated = await gateway.update({ associationId, expiresAt, clientRequestToken: 'end' });
    expect(updated).toMatchObject({ status: 'SUCCEEDED', association: { associationId, modifiedAt } });
    expect(gateway.sent()).toBe(0);
    expect(await gateway.events(updated.auditEntry.operationId)).toEqual(['SUCCEEDED']);
    expect(await expiryNow()).toMatchObject({ associationId, expiresAt, setBy: updated.auditEntry.operationId });
    expect(await ledger.getAssociationState(target)).toMatchObject({
      openOperations: [],
      confirmed: { isDeleted: false },
    });
    await gateway.update({ associationId, expiresAt: null, clientRequestToken: 'no end' });
    expect(await expiryNow()).toBeNull();
    // The count of operations in progress is right: an expected revision is compared with it.
    expect(await gateway.update({ associationId, expiresAt, clientRequestToken: 'again' })).toMatchObject({
      status: 'SUCCEEDED',
    });
  });

  test('alone in an update needs an association that the gateway made or adopted as it is', async () => {
    const { associationId } = await createAssociation(gateway);
    gateway.simulator.control.updateAssociation(associationId, { disableSessionTags: true });
    const expiry = { associationId, expiresAt: inFuture(hourMs) };
    expect(await gateway.update({ ...expiry, clientRequestToken: 'end' })).toMatchObject(
      refused('ASSOCIATION_NOT_CONFIRMED'),
    );
    expect(await expiryNow()).toBeNull();
    await gateway.adopt({ associationId, clientRequestToken: 'adopt' });
    expect(await gateway.update({ ...expiry, clientRequestToken: 'again' })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is kept by an update without it and by an adoption, and ended by a delete and a new create', async () => {
    const expiresAt = inFuture(hourMs);
    const created = await gateway.create({ expiresAt });
    const associationId = created.association?.associationId ?? '';
    gateway.clock.skip(readLagMs);
    await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'role' });
    await gateway.adopt({ associationId, clientRequestToken: 'adopt' });
    expect(await expiryNow()).toMatchObject({ associationId, expiresAt, setBy: created.auditEntry.operationId });
    await gateway.remove({ associationId, clientRequestToken: 'remove' });
    expect(await expiryNow()).toBeNull();
    await gateway.create({ clientRequestToken: 'second' });
    expect(await expiryNow()).toBeNull();
  });

  test('of a request waits for other operations on the service account', async () => {
    const { associationId } = await createAssociation(gateway);
    const { change, sent, release } = holdAnswers();
    const updating = await openBeside(gateway, { change });
    const updated = updating.update({ associationId, roleArn: worker, clientRequestToken: 'role' });
    await sent;
    const expiry = { associationId, expiresAt: inFuture(hourMs) };
    for (const more of [{}, { roleArn: input.roleArn }])
      expect(await gateway.update({ ...expiry, ...more, clientRequestToken: 'end' })).toMatchObject({
        ...refused('OPERATION_IN_PROGRESS'),
        retryAfterSeconds: 10,
      });
    release();
    expect(await updated).toMatchObject({ status: 'SUCCEEDED' });
    expect(await gateway.update({ ...expiry, clientRequestToken: 'end' })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is kept by a create whose outcome is recorded after a later update', async () => {
    const expiresAt = inFuture(hourMs);
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    await gateway.create({ expiresAt });
    const [association] = gateway.simulator.control.associations();
    gateway.clock.skip(readLagMs);
    const associationId = association?.associationId ?? '';
    expect(await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'role' })).toMatchObject({
      status: 'SUCCEEDED',
    });
    gateway.clock.skip(leaseMs);
    expect(await gateway.create({ expiresAt })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await expiryNow()).toMatchObject({ associationId, expiresAt });
  });

  test('is cleared by an update whose outcome is recorded after a later update', async () => {
    const { associationId } = await createAssociation(gateway);
    await gateway.update({ associationId, expiresAt: inFuture(hourMs), clientRequestToken: 'end' });
    const clear = { associationId, roleArn: worker, expiresAt: null, clientRequestToken: 'clear' };
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-after' });
    expect(await gateway.update(clear)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'later' })).toMatchObject({
      status: 'SUCCEEDED',
    });
    gateway.clock.skip(inDoubtMs);
    expect(await gateway.update(clear)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await expiryNow()).toBeNull();
  });

  test('is in the answer with a warning, in the trail, and with the association as it was observed', async () => {
    const expiresAt = inFuture(hourMs);
    const document = `mutation ($input: CreatePodIdentityAssociationInput!) { create: createPodIdentityAssociation(input: $input) {
      expiresAt warnings { code message } auditEntry { id request { expiresAt } } } }`;
    const { data } = await gateway.send<{ create: { auditEntry: { id: string } } }>(document, {
      input: { ...input, expiresAt },
    });
    const warning = {
      code: 'CREDENTIALS_OUTLIVE_ENDING',
      message: expect.stringMatching(/keep their credentials .* for up to 6 hours\.$/) as string,
    };
    expect(data?.create).toMatchObject({ expiresAt, auditEntry: { request: { expiresAt } } });
    expect(data?.create).toMatchObject({ warnings: expect.arrayContaining([warning]) as object[] });
    const read = '{ associations { nodes { serviceAccount expiresAt } } }';
    expect(await gateway.send(read)).toMatchObject({
      data: { associations: { nodes: [{ serviceAccount: 'api', expiresAt }] } },
    });
  });
});
