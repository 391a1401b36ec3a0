import { podIdentityTrustPolicy } from '#eks-simulator';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { addRoleAfterCreate } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openBeside, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const create = 'CreatePodIdentityAssociation';

describeOnLedger('createPodIdentityAssociation on $name', ({ open }) => {
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

describeOnLedger('createPodIdentityAssociation on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  describe('a refused request', () => {
    test('denied by policy makes no EKS call and includes advice', async () => {
      const denied = await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api') });
      expect(denied).toMatchObject({
        status: 'REFUSED',
        refusal: {
          __typename: 'PolicyDenied',
          code: 'POLICY_DENIED',
          violations: [{ policyId: 'default-deny' }],
          owners: ['search-team'],
        },
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
      expect(entry).toMatchObject({ target: null, request: null, invalidInput: { findingCount: 3 } });
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
      ['access-denied', 'GATEWAY_ACCESS_DENIED', 60],
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
        code: 'GATEWAY_ACCESS_DENIED',
      });
    });

    test('of a role that is not visible yet is retried until it is visible', async () => {
      const { simulator } = gateway;
      const newRole = roleArn('payments/new');
      const change = addRoleAfterCreate(simulator, newRole);
      const retrying = await openGateway({ ledger, simulator, times: { roleRetryMs: 60_000 }, change });
      expect(await retrying.create({ roleArn: newRole })).toMatchObject({ status: 'SUCCEEDED' });
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
});

/** A create for a person, with the parts of the answer that say who is denied. */
const createFor = `mutation ($input: CreatePodIdentityAssociationInput!) {
  create: createPodIdentityAssociation(input: $input) {
    status
    refusal {
      code
      message
      ... on PolicyDenied { violations { policyId deniedTo } }
      ... on AssociationAlreadyExists { existing { roleArn } existingDeniedTo }
    }
    auditEntry { onBehalfOf principal { principalId } decision { allowed violations { policyId deniedTo } } }
  }
}`;

interface Answer {
  readonly status: string;
  readonly refusal: object | null;
  readonly auditEntry: object;
}

describe('a create of a service for a person', () => {
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway } = opened));

  const createAs = async (onBehalfOf: string, fields: object = {}): Promise<Answer> => {
    const variables = { input: { ...input, onBehalfOf, ...fields } };
    const { data } = await gateway.send<{ create: Answer }>(createFor, variables, 'chatops');
    if (!data) throw new Error('There is no answer.');
    return data.create;
  };

  test('a create of a service for a person is done if both are permitted, and recorded with both', async () => {
    expect(await createAs('alice@example.com', { clusterName: 'apps-prod' })).toMatchObject({
      status: 'SUCCEEDED',
      refusal: null,
      auditEntry: {
        onBehalfOf: 'alice@example.com',
        principal: { principalId: 'https://issuer.example#chatops' },
        decision: { allowed: true, violations: [] },
      },
    });
  });

  test('a create of a service for a person is denied if the person is not permitted; answer and audit entry name the person', async () => {
    const violations = [{ policyId: 'default-deny', deniedTo: 'ON_BEHALF_OF' }];
    expect(await createAs('bob@example.com')).toMatchObject({
      status: 'REFUSED',
      refusal: {
        code: 'POLICY_DENIED',
        message: 'No rule lets bob@example.com create associations in namespace payments.',
        violations,
      },
      auditEntry: { onBehalfOf: 'bob@example.com', decision: { allowed: false, violations } },
    });
    expect(gateway.sent()).toBe(0);
  });

  test('hides an existing association from a person who may not view it, and says so', async () => {
    await gateway.create();
    const change = (deps: Gateway['deps']): Gateway['deps'] => ({
      ...deps,
      // A policy that lets the person create and not view.
      authorize: (context, request) => {
        const isView = context.onBehalfOf !== null && request.action === 'DescribePodIdentityAssociation';
        return deps.authorize(isView ? { ...context, onBehalfOf: 'bob@example.com' } : context, request);
      },
    });
    const other = await openBeside(gateway, { change });
    const variables = { input: { ...input, onBehalfOf: 'alice@example.com', roleArn: roleArn('payments/other') } };
    const { data } = await other.send<{ create: Answer }>(createFor, variables, 'chatops');
    expect(data?.create.refusal).toMatchObject({
      code: 'ASSOCIATION_ALREADY_EXISTS',
      existing: null,
      existingDeniedTo: 'ON_BEHALF_OF',
    });
    const shown = await createAs('alice@example.com', { clientRequestToken: 'third' });
    expect(shown.refusal).toMatchObject({ existing: { roleArn: input.roleArn }, existingDeniedTo: null });
  });
});
