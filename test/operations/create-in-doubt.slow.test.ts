// Quick test: test/operations/reconcile.test.ts.
import type { Ledger } from '../../src/ledger/ledger.ts';
import { delayCreates, inDoubtMs, readLagMs } from '../support/changes.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { isLarge } from '../support/sizes.ts';

const create = 'CreatePodIdentityAssociation';

/** How many requests race. */
const atOnce = isLarge ? 30 : 15;

describeOnLedger('createPodIdentityAssociation on $name', ({ open }) => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateway: Gateway;

  /** A gateway whose first create reaches EKS late, in some tests. */
  let lateGateway: Gateway | null = null;

  beforeEach(async () => {
    ({ ledger, close: closeLedger } = await open());
    gateway = await openGateway({ ledger });
  });

  afterEach(async () => {
    await lateGateway?.close();
    lateGateway = null;
    await gateway.close();
    await closeLedger();
  });

  const openLate = async (change: ReturnType<typeof delayCreates>['change']) => {
    lateGateway = await openGateway({ ledger, simulator: gateway.simulator, clock: gateway.clock, change });
    return lateGateway;
  };

  describe('a create in doubt', () => {
    test.each(['cut-after', 'error-after'] as const)(
      '(%s) that took effect is found by a repeated request',
      async (kind) => {
        gateway.simulator.control.addFault({ operation: create, kind });
        const first = await gateway.create();
        expect(first).toMatchObject({ status: 'IN_PROGRESS', refusal: null, auditEntry: { event: 'UNKNOWN' } });
        expect(first.retryAfterSeconds).toBeGreaterThanOrEqual(1);
        const again = await gateway.create();
        expect(again).toMatchObject({
          status: 'SUCCEEDED',
          replayed: false,
          association: { operationId: first.auditEntry.operationId },
        });
        expect(gateway.sent()).toBe(1);
        expect(await gateway.events(first.auditEntry.operationId)).toEqual([
          'INTENT',
          'UNKNOWN',
          'TAKEN_OVER',
          'SUCCEEDED',
        ]);
      },
    );

    test.each(['cut-before', 'error-before'] as const)(
      '(%s) that took no effect is sent again, once, when it is no longer in doubt',
      async (kind) => {
        gateway.simulator.control.addFault({ operation: create, kind });
        const first = await gateway.create();
        expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'UNKNOWN' } });
        expect(gateway.sent()).toBe(1);
        gateway.clock.skip(inDoubtMs);
        const last = await gateway.create();
        expect(last).toMatchObject({ status: 'SUCCEEDED', auditEntry: { event: 'SUCCEEDED' } });
        expect(gateway.sent()).toBe(2);
        expect(await gateway.events(first.auditEntry.operationId)).toEqual([
          'INTENT',
          'UNKNOWN',
          'TAKEN_OVER',
          'UNKNOWN',
          'TAKEN_OVER',
          'RELEASED',
        ]);
        expect(await gateway.events(last.auditEntry.operationId)).toEqual(['INTENT', 'SUCCEEDED']);
      },
    );

    test('that takes effect late is found by a repeated request', async () => {
      const { change, arrive } = delayCreates();
      const late = await openLate(change);
      const first = await late.create();
      expect(await late.create()).toMatchObject({ status: 'IN_PROGRESS' });
      await arrive();
      expect(await late.create()).toMatchObject({
        status: 'SUCCEEDED',
        association: { operationId: first.auditEntry.operationId },
      });
      expect(gateway.sent()).toBe(1);
    });

    test('is refused when another association existed before, once it is no longer in doubt', async () => {
      gateway.simulator.control.createAssociation(outsideInput);
      gateway.clock.skip(readLagMs);
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
      await gateway.create();
      expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect(await gateway.create()).toMatchObject({
        status: 'REFUSED',
        refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
      });
    });

    test('without room for the operation tag is refused as undetermined when an equal association exists', async () => {
      const tags = Array.from({ length: 50 }, (_, index) => ({
        key: index === 0 ? 'team' : `tag-${index}`,
        value: 'x',
      }));
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-after' });
      expect(await gateway.create({ tags })).toMatchObject({ status: 'IN_PROGRESS' });
      expect(await gateway.create({ tags })).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect(await gateway.create({ tags })).toMatchObject({
        status: 'REFUSED',
        refusal: { __typename: 'AssociationAlreadyExists', code: 'OUTCOME_UNDETERMINED', differences: [] },
      });
    });

    test('is found by a repeated request even when it becomes visible after its release', async () => {
      const { change, arrive } = delayCreates();
      const late = await openLate(change);
      const first = await late.create();
      late.clock.skip(inDoubtMs);
      gateway.simulator.control.addFault({ operation: create, kind: 'throttle' });
      expect(await late.create()).toMatchObject({ status: 'REFUSED', refusal: { code: 'THROTTLED' } });
      await arrive();
      expect(await late.create()).toMatchObject({
        status: 'SUCCEEDED',
        association: { operationId: first.auditEntry.operationId },
      });
    });
  });

  describe('concurrent creates', () => {
    test(`${atOnce} with the same token make one EKS call, and replays return one association`, async () => {
      const answers = await Promise.all(Array.from({ length: atOnce }, () => gateway.create()));
      const done = answers.filter(({ status, replayed }) => status === 'SUCCEEDED' && !replayed);
      const others = answers.filter((answer) => !done.includes(answer));
      expect(done).toHaveLength(1);
      expect(others.every(({ status, replayed }) => replayed || status === 'IN_PROGRESS')).toBe(true);
      expect(gateway.sent()).toBe(1);
      const again = await Promise.all(answers.map(() => gateway.create()));
      expect(new Set(again.map(({ association }) => association?.associationId))).toEqual(
        new Set([done[0]?.association?.associationId]),
      );
      expect(gateway.simulator.control.associations()).toHaveLength(1);
    });

    test(`${atOnce} with different tokens for one service account: 1 succeeds, the others are refused with its association`, async () => {
      const answers = await Promise.all(
        Array.from({ length: atOnce }, (_, index) => gateway.create({ clientRequestToken: `token-${index}` })),
      );
      const [succeeded, ...more] = answers.filter(({ status }) => status === 'SUCCEEDED');
      expect(more).toEqual([]);
      const refused = answers.filter(({ refusal }) => refusal?.code === 'ASSOCIATION_ALREADY_EXISTS');
      expect(refused).toHaveLength(atOnce - 1);
      expect(
        refused.every(({ refusal }) => refusal?.existing?.associationId === succeeded?.association?.associationId),
      ).toBe(true);
    });
  });
});

/** An association of the same service account, created outside the gateway. */
const outsideInput = {
  clusterName: input.clusterName,
  namespace: input.namespace,
  serviceAccount: input.serviceAccount,
  roleArn: input.roleArn,
};
