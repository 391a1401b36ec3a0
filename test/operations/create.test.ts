import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';

const create = 'CreatePodIdentityAssociation';

describeOnLedgers('createPodIdentityAssociation on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  describe('an allowed request', () => {
    test('returns all fields of the association', async () => {
      const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}';
      const targetRoleArn = 'arn:aws:iam::444455556666:role/pods/shared/data-reader';
      const { status, association, refusal, replayed, auditEntry } = await gateway.create({
        disableSessionTags: true,
        targetRoleArn,
        policy,
      });
      expect({ status, refusal, replayed }).toEqual({ status: 'SUCCEEDED', refusal: null, replayed: false });
      const [atEks] = gateway.simulator.control.associations();
      expect(association).toEqual({
        accountId: '111122223333',
        region: 'eu-central-1',
        clusterName: 'apps-dev',
        namespace: 'payments',
        serviceAccount: 'api',
        roleArn: input.roleArn,
        associationArn: atEks?.associationArn,
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
      const { auditEntry, association } = await gateway.create({
        reason: 'It reads a bucket.',
        declaration: 'bindings',
      });
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
        declaration: 'bindings',
        decision: { allowed: true, policyIds: ['owners-create'] },
        associationArn: association?.associationArn,
        eksRequestId: gateway.simulator.control.requests(create)[0]?.requestId,
      });
    });

    test('without a token gets a token that replays it', async () => {
      const first = await gateway.create({ clientRequestToken: undefined });
      expect(first.clientRequestToken).toMatch(/^[0-9a-f-]{36}$/);
      const again = await gateway.create({ clientRequestToken: first.clientRequestToken });
      expect(again).toMatchObject({
        replayed: true,
        association: { associationId: first.association?.associationId },
      });
    });
  });

  describe('a repeated token', () => {
    test('replays the first result without another EKS call', async () => {
      const first = await gateway.create();
      const again = await gateway.create({
        reason: 'The reason is not part of the request.',
        declaration: 'nor is this',
      });
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
      const fields = { onBehalfOf: 'alice@example.com', namespace: 'payments' };
      await gateway.create(fields, 'chatops');
      const inProduction = { ...fields, clusterName: 'apps-prod', onBehalfOf: undefined, clientRequestToken: 'prod' };
      expect(await gateway.create(inProduction, 'chatops')).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
    });
  });
});
