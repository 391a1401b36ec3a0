import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { podIdentityTrustPolicy } from '#eks-simulator';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

const create = 'CreatePodIdentityAssociation';

/** Longer than the doubt of an operation under the tests' times. */
const quietMs = 600;

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
      test('returns all that EKS tells of the association', async () => {
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

      test('is recorded before EKS is asked, and after', async () => {
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

      test('without a token gets one, which answers a repetition', async () => {
        const first = await gateway.create({ clientRequestToken: undefined });
        expect(first.clientRequestToken).toMatch(/^[0-9a-f-]{36}$/);
        const again = await gateway.create({ clientRequestToken: first.clientRequestToken });
        expect(again).toMatchObject({ replayed: true, association: { id: first.association?.id } });
      });
    });

    describe('the same token again', () => {
      test('gets the first answer, and EKS is not asked again', async () => {
        const first = await gateway.create();
        const again = await gateway.create({ reason: 'Another reason is no other request.' });
        expect(again).toMatchObject({ status: 'SUCCEEDED', replayed: true, association: first.association });
        expect(gateway.sent()).toBe(1);
        expect(await gateway.events(first.auditEntry.operationId)).toEqual(['INTENT', 'SUCCEEDED', 'REPLAYED']);
      });

      test('takes tags in another order, and what is left out or null, for the same', async () => {
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

      test('gets a refusal again that would not change', async () => {
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

      test('with other input is refused and does nothing', async () => {
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

      test('from another caller is another request', async () => {
        await gateway.create();
        const pats = await gateway.create({}, 'pat');
        expect(pats).toMatchObject({
          status: 'REFUSED',
          replayed: false,
          refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
        });
      });

      test('in another case of letters is another token', async () => {
        await gateway.create({ clientRequestToken: 'token' });
        const other = await gateway.create({ clientRequestToken: 'TOKEN' });
        expect(other.refusal?.code).toBe('ASSOCIATION_ALREADY_EXISTS');
      });

      test('is authorised anew', async () => {
        const fields = { onBehalfOf: 'alice', namespace: 'payments' };
        await gateway.create(fields, 'chatops');
        const inProduction = { ...fields, clusterName: 'apps-prod', onBehalfOf: undefined, clientRequestToken: 'prod' };
        expect(await gateway.create(inProduction, 'chatops')).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
      });
    });

    describe('a refused request', () => {
      test('that policy denies never reaches EKS, and gives advice', async () => {
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

      test('that policy denied is not remembered: the token is free', async () => {
        await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api') });
        expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: false });
      });

      test('with invalid input tells all findings, and leaves one entry', async () => {
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

      test('for a service account in use shows what is there and what differs', async () => {
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

      test('for a service account in use by an equal association shows no differences', async () => {
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
      ])('for %s is denied', async (_, fields, code, policyId) => {
        const denied = await gateway.create(fields);
        expect(denied.refusal).toMatchObject({ code, violations: [{ policyId }] });
        expect(gateway.simulator.control.requests()).toEqual([]);
      });
    });

    describe('when EKS refuses for now', () => {
      test.each([
        ['throttle', 'THROTTLED', 5],
        ['access-denied', 'GATEWAY_ACCESS_DENIED', null],
      ] as const)('(%s), the token is free to try again', async (kind, code, retryAfterSeconds) => {
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

      test('(access-denied), the operators of the gateway find it in the log', async () => {
        gateway.simulator.control.addFault({ operation: create, kind: 'access-denied' });
        const { auditEntry } = await gateway.create();
        const line = gateway.logged.find(({ level }) => level === 'warn');
        expect(line?.fields).toMatchObject({
          operationId: auditEntry.operationId,
          refusalCode: 'GATEWAY_ACCESS_DENIED',
        });
      });

      test('a role that EKS does not know yet is waited for', async () => {
        await gateway.close();
        gateway = await openGateway({ ledger, times: { roleRetryMs: 4_000 } });
        const young = roleArn('payments/young');
        setTimeout(() => gateway.simulator.control.addRole({ arn: young, trustPolicy: podIdentityTrustPolicy }), 300);
        expect(await gateway.create({ roleArn: young })).toMatchObject({ status: 'SUCCEEDED' });
        expect(gateway.sent()).toBe(2);
      });

      test('a role that EKS does not know at all is refused, and can be asked for again', async () => {
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

    describe('when nobody knows what EKS did', () => {
      test.each(['cut-after', 'error-after'] as const)(
        '(%s) and it was done, the same token finds it',
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
        '(%s) and it was not done, it is done after the doubt, once',
        async (kind) => {
          gateway.simulator.control.addFault({ operation: create, kind });
          const first = await gateway.create();
          expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'UNKNOWN' } });
          expect(gateway.sent()).toBe(1);
          await sleep(quietMs);
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

      test('and the effect comes later, it is found', async () => {
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

      test("and another's association is there after the doubt, it is refused", async () => {
        gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
        await gateway.create();
        gateway.simulator.control.createAssociation(outsiders);
        expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
        await sleep(quietMs);
        expect(await gateway.create()).toMatchObject({
          status: 'REFUSED',
          refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
        });
      });

      test('and 50 tags left no room for the proof, an equal association ends it undetermined', async () => {
        const tags = Array.from({ length: 50 }, (_, index) => ({
          key: index === 0 ? 'team' : `tag-${index}`,
          value: 'x',
        }));
        gateway.simulator.control.addFault({ operation: create, kind: 'cut-after' });
        expect(await gateway.create({ tags })).toMatchObject({ status: 'IN_PROGRESS' });
        expect(await gateway.create({ tags })).toMatchObject({ status: 'IN_PROGRESS' });
        await sleep(quietMs);
        expect(await gateway.create({ tags })).toMatchObject({
          status: 'REFUSED',
          refusal: { __typename: 'AssociationAlreadyExists', code: 'OUTCOME_UNDETERMINED', differences: [] },
        });
      });

      test('an effect that shows after its operation was released is still this request’s', async () => {
        gateway.simulator.control.addFault({ operation: create, kind: 'late-effect', delayMs: quietMs + 500 });
        const first = await gateway.create();
        await sleep(quietMs);
        gateway.simulator.control.addFault({ operation: create, kind: 'throttle' });
        expect(await gateway.create()).toMatchObject({ status: 'REFUSED', refusal: { code: 'THROTTLED' } });
        await sleep(600);
        expect(await gateway.create()).toMatchObject({
          status: 'SUCCEEDED',
          association: { operationId: first.auditEntry.operationId },
        });
      });
    });

    describe('several at once', () => {
      test('50 with one token: one create, one association, and in the end one answer', async () => {
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

      test('50 with a token each, for one service account: one succeeds, 49 see its association', async () => {
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

/** An association of the same service account that somebody makes directly at EKS. */
const outsiders = {
  clusterName: input.clusterName,
  namespace: input.namespace,
  serviceAccount: input.serviceAccount,
  roleArn: input.roleArn,
};
