import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { podIdentityTrustPolicy } from '#eks-simulator';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

const create = 'CreatePodIdentityAssociation';

/** Longer than an operation of these tests can stay in doubt. Milliseconds. */
const inDoubtMs = 600;

describe.each(ledgersUnderTest().filter(({ available }) => available))(
  'createPodIdentityAssociation on $name',
  ({ open }) => {
    let ledger: Ledger;
    let closeLedger: () => Promise<void>;
    let gateway: Gateway;

    beforeEach(async () => {
      ({ ledger, close: closeLedger } = await open());
      gateway = await openGateway({ ledger });
    });

    afterEach(async () => {
      await gateway.close();
      await closeLedger();
    });

    describe('an allowed request', () => {
      test('returns all fields of the association', async () => {
        const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}';
        const targetRoleArn = 'arn:aws:iam::444455556666:role/shared-data-reader';
        const { status, association, refusal, replayed, auditEntry } = await gateway.create({
          disableSessionTags: true,
          targetRoleArn,
          policy,
        });
        expect({ status, refusal, replayed }).toEqual({ status: 'SUCCEEDED', refusal: null, replayed: false });
        const [atEks] = gateway.simulator.control.associations();
        expect(association).toEqual({
          id: atEks?.associationArn,
          accountId: '111122223333',
          region: 'eu-central-1',
          clusterName: 'apps-dev',
          namespace: 'payments',
          serviceAccount: 'api',
          roleArn: input.roleArn,
          associationArn: `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${association?.associationId}`,
          associationId: expect.stringMatching(/^a-[a-z0-9]{17}$/),
          tags: [
            { key: 'pod-identity-gateway/operation', value: auditEntry.operationId },
            { key: 'team', value: 'payments' },
          ],
          createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
          modifiedAt: expect.stringMatching(/^\d{4}-.*Z$/),
          ownerArn: null,
          disableSessionTags: true,
          targetRoleArn,
          externalId: expect.any(String),
          policy,
          operationId: auditEntry.operationId,
        });
      });

      test('is recorded before and after the call to EKS', async () => {
        const { auditEntry, association } = await gateway.create({ reason: 'It reads a bucket.' });
        const entries = await ledger.operationEntries(auditEntry.operationId);
        expect(entries.map(({ event, fence }) => [event, fence])).toEqual([
          ['INTENT', 1],
          ['SUCCEEDED', 1],
        ]);
        expect(entries[1]).toMatchObject({
          principal: { id: 'https://issuer.example#alice', kind: 'USER' },
          target: { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' },
          request: { roleArn: input.roleArn, tags: input.tags, disableSessionTags: false },
          reason: 'It reads a bucket.',
          decision: { allowed: true, policyIds: ['owners-create'] },
          associationArn: association?.associationArn,
          eksRequestId: gateway.simulator.control.requests(create)[0]?.requestId,
        });
      });

      test('without a token gets a token that replays it', async () => {
        const first = await gateway.create({ clientRequestToken: undefined });
        expect(first.clientRequestToken).toMatch(/^[0-9a-f-]{36}$/);
        const again = await gateway.create({ clientRequestToken: first.clientRequestToken });
        expect(again).toMatchObject({ replayed: true, association: { id: first.association?.id } });
      });
    });

    describe('a repeated token', () => {
      test('replays the first result without another EKS call', async () => {
        const first = await gateway.create();
        const again = await gateway.create({ reason: 'The reason is not part of the request.' });
        expect(again).toMatchObject({ status: 'SUCCEEDED', replayed: true, association: first.association });
        expect(gateway.sent()).toBe(1);
        expect(await gateway.events(first.auditEntry.operationId)).toEqual(['INTENT', 'SUCCEEDED', 'REPLAYED']);
      });

      test('replays when tags are in another order and optional fields are absent or null', async () => {
        const tags = [
          { key: 'team', value: 'payments' },
          { key: 'app', value: '' },
        ];
        await gateway.create({ tags });
        const again = await gateway.create({
          tags: [{ key: 'app' }, { key: 'team', value: 'payments' }],
          accountId: '111122223333',
          region: null,
          disableSessionTags: false,
          policy: null,
        });
        expect(again).toMatchObject({ status: 'SUCCEEDED', replayed: true });
      });

      test('replays a final refusal', async () => {
        const irsaOnly = { roleArn: roleArn('payments/irsa-only') };
        const first = await gateway.create(irsaOnly);
        expect(first).toMatchObject({
          status: 'REFUSED',
          refusal: { __typename: 'EksRefused', code: 'TRUST_POLICY_INVALID', retryable: false },
        });
        expect(first.refusal?.advice).toContain('"sts:TagSession"');
        expect(await gateway.create(irsaOnly)).toMatchObject({ replayed: true, refusal: first.refusal });
        expect(gateway.sent()).toBe(1);
      });

      test('with different input is refused without an EKS call', async () => {
        const first = await gateway.create();
        const other = await gateway.create({ roleArn: roleArn('payments/payments-worker') });
        expect(other).toMatchObject({
          status: 'REFUSED',
          refusal: {
            __typename: 'TokenReused',
            code: 'TOKEN_REUSED_WITH_DIFFERENT_INPUT',
            retryable: false,
            originalOperationId: first.auditEntry.operationId,
          },
          auditEntry: { event: 'TOKEN_REUSED' },
        });
        expect(gateway.sent()).toBe(1);
      });

      test('from another principal is a separate request', async () => {
        await gateway.create();
        const other = await gateway.create({}, 'pat');
        expect(other).toMatchObject({
          status: 'REFUSED',
          replayed: false,
          refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
        });
      });

      test('in another letter case is a separate token', async () => {
        await gateway.create({ clientRequestToken: 'token' });
        const other = await gateway.create({ clientRequestToken: 'TOKEN' });
        expect(other.refusal?.code).toBe('ASSOCIATION_ALREADY_EXISTS');
      });

      test('of another request is authorized separately', async () => {
        const fields = { onBehalfOf: 'alice', namespace: 'payments' };
        await gateway.create(fields, 'chatops');
        const inProduction = { ...fields, clusterName: 'apps-prod', onBehalfOf: undefined, clientRequestToken: 'prod' };
        expect(await gateway.create(inProduction, 'chatops')).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
      });
    });

    describe('a refused request', () => {
      test('denied by policy makes no EKS call and includes advice', async () => {
        const denied = await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api') });
        expect(denied).toMatchObject({
          status: 'REFUSED',
          refusal: { __typename: 'PolicyDenied', code: 'POLICY_DENIED', violations: [{ policyId: 'default-deny' }] },
          auditEntry: { event: 'DENIED', refusalCode: 'POLICY_DENIED', fence: null },
        });
        expect(denied.refusal?.advice).toContain('search-team');
        expect(gateway.simulator.control.requests()).toEqual([]);
        const [entry] = await ledger.operationEntries(denied.auditEntry.operationId);
        expect(entry?.decision?.slice.namespace).toMatchObject({ name: 'search', owners: ['search-team'] });
      });

      test('denied by policy leaves the token unused', async () => {
        await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api') });
        expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: false });
      });

      test('with invalid input returns all findings and writes one audit entry', async () => {
        const invalid = await gateway.create({ namespace: 'Payments', roleArn: 'nothing', clientRequestToken: 'ü' });
        expect(invalid.refusal?.findings?.map(({ path }) => path)).toEqual([
          'namespace',
          'roleArn',
          'clientRequestToken',
        ]);
        expect(invalid).toMatchObject({
          status: 'REFUSED',
          clientRequestToken: null,
          auditEntry: { event: 'INVALID' },
        });
        const [entry] = await ledger.operationEntries(invalid.auditEntry.operationId);
        expect(entry).toMatchObject({ target: null, request: null, invalidInput: { namespace: 'Payments' } });
        expect(gateway.simulator.control.requests()).toEqual([]);
      });

      test('for a service account in use returns its association and the differences', async () => {
        const first = await gateway.create();
        const second = await gateway.create({
          clientRequestToken: 'second',
          roleArn: roleArn('payments/payments-worker'),
          tags: [{ key: 'team', value: 'billing' }],
        });
        expect(second.refusal).toMatchObject({
          code: 'ASSOCIATION_ALREADY_EXISTS',
          retryable: false,
          existing: first.association,
          differences: [
            { field: 'roleArn', requested: roleArn('payments/payments-worker'), existing: input.roleArn },
            { field: 'tags.team', requested: 'billing', existing: 'payments' },
          ],
        });
      });

      test('for a service account with an equal association returns no differences', async () => {
        await gateway.create();
        const second = await gateway.create({ clientRequestToken: 'second' });
        expect(second.refusal).toMatchObject({ code: 'ASSOCIATION_ALREADY_EXISTS', differences: [] });
      });

      test.each([
        ['an unknown cluster', { clusterName: 'apps-none' }, 'POLICY_DENIED', 'cluster-not-registered'],
        ['an unknown account', { accountId: '999988887777' }, 'POLICY_DENIED', 'cluster-not-registered'],
        ['an unknown region', { region: 'us-east-1' }, 'POLICY_DENIED', 'cluster-not-registered'],
        [
          'a role of another account',
          { roleArn: 'arn:aws:iam::444455556666:role/pods/payments/api' },
          'POLICY_DENIED',
          'role-in-cluster-account',
        ],
      ])('for %s is denied by policy', async (_, fields, code, policyId) => {
        const denied = await gateway.create(fields);
        expect(denied.refusal).toMatchObject({ code, violations: [{ policyId }] });
        expect(gateway.simulator.control.requests()).toEqual([]);
      });
    });

    describe('a temporary rejection by EKS', () => {
      test.each([
        ['throttle', 'THROTTLED', 5],
        ['access-denied', 'GATEWAY_ACCESS_DENIED', null],
      ] as const)('(%s) releases the token for a retry', async (kind, code, retryAfterSeconds) => {
        gateway.simulator.control.addFault({ operation: create, kind });
        const first = await gateway.create();
        expect(first).toMatchObject({
          status: 'REFUSED',
          retryAfterSeconds,
          refusal: { __typename: 'EksRefused', code, retryable: true },
          auditEntry: { event: 'RELEASED', refusalCode: code },
        });
        const second = await gateway.create();
        expect(second).toMatchObject({ status: 'SUCCEEDED', replayed: false, auditEntry: { fence: 2 } });
        expect(second.auditEntry.operationId).not.toBe(first.auditEntry.operationId);
      });

      test('(access-denied) is logged for the operators of the gateway', async () => {
        gateway.simulator.control.addFault({ operation: create, kind: 'access-denied' });
        const { auditEntry } = await gateway.create();
        const line = gateway.logged.find(({ level }) => level === 'warn');
        expect(line?.fields).toMatchObject({
          operationId: auditEntry.operationId,
          refusalCode: 'GATEWAY_ACCESS_DENIED',
        });
      });

      test('of a role that is not visible yet is retried until it is visible', async () => {
        await gateway.close();
        gateway = await openGateway({ ledger, times: { roleRetryMs: 4_000 } });
        const newRole = roleArn('payments/new');
        setTimeout(() => gateway.simulator.control.addRole({ arn: newRole, trustPolicy: podIdentityTrustPolicy }), 300);
        expect(await gateway.create({ roleArn: newRole })).toMatchObject({ status: 'SUCCEEDED' });
        expect(gateway.sent()).toBe(2);
      });

      test('of a role that does not exist is refused, and a retry succeeds once it exists', async () => {
        const unknown = { roleArn: roleArn('payments/unknown') };
        expect(await gateway.create(unknown)).toMatchObject({
          retryAfterSeconds: 10,
          refusal: {
            code: 'ROLE_NOT_FOUND',
            retryable: true,
            eksMessage: 'Role provided in the request does not exist',
          },
        });
        gateway.simulator.control.addRole({ arn: unknown.roleArn, trustPolicy: podIdentityTrustPolicy });
        expect(await gateway.create(unknown)).toMatchObject({ status: 'SUCCEEDED' });
      });
    });

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
          await sleep(inDoubtMs);
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
        gateway.simulator.control.addFault({ operation: create, kind: 'late-effect', delayMs: 350 });
        const first = await gateway.create();
        expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
        await sleep(400);
        expect(await gateway.create()).toMatchObject({
          status: 'SUCCEEDED',
          association: { operationId: first.auditEntry.operationId },
        });
        expect(gateway.sent()).toBe(1);
      });

      test('is refused when another association exists once it is no longer in doubt', async () => {
        gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
        await gateway.create();
        gateway.simulator.control.createAssociation(outsideInput);
        expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
        await sleep(inDoubtMs);
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
        await sleep(inDoubtMs);
        expect(await gateway.create({ tags })).toMatchObject({
          status: 'REFUSED',
          refusal: { __typename: 'AssociationAlreadyExists', code: 'OUTCOME_UNDETERMINED', differences: [] },
        });
      });

      test('is found by a repeated request even when it becomes visible after its release', async () => {
        gateway.simulator.control.addFault({ operation: create, kind: 'late-effect', delayMs: inDoubtMs + 500 });
        const first = await gateway.create();
        await sleep(inDoubtMs);
        gateway.simulator.control.addFault({ operation: create, kind: 'throttle' });
        expect(await gateway.create()).toMatchObject({ status: 'REFUSED', refusal: { code: 'THROTTLED' } });
        await sleep(600);
        expect(await gateway.create()).toMatchObject({
          status: 'SUCCEEDED',
          association: { operationId: first.auditEntry.operationId },
        });
      });
    });

    describe('concurrent creates', () => {
      test('50 with the same token make one EKS call, and replays return one association', async () => {
        const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.create()));
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

      test('50 with different tokens for one service account: 1 succeeds, 49 are refused with its association', async () => {
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, index) => gateway.create({ clientRequestToken: `token-${index}` })),
        );
        const [succeeded, ...more] = answers.filter(({ status }) => status === 'SUCCEEDED');
        expect(more).toEqual([]);
        const refused = answers.filter(({ refusal }) => refusal?.code === 'ASSOCIATION_ALREADY_EXISTS');
        expect(refused).toHaveLength(49);
        expect(refused.every(({ refusal }) => refusal?.existing?.id === succeeded?.association?.id)).toBe(true);
      });
    });
  },
);

/** An association of the same service account, created outside the gateway. */
const outsideInput = {
  clusterName: input.clusterName,
  namespace: input.namespace,
  serviceAccount: input.serviceAccount,
  roleArn: input.roleArn,
};
