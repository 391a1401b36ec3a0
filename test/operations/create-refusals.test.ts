import type { Ledger } from '../../src/ledger/ledger.ts';
import { podIdentityTrustPolicy } from '#eks-simulator';
import { openForEachTest } from '../support/each-test.ts';
import { addRoleAfterCreate } from '../support/changes.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';

const create = 'CreatePodIdentityAssociation';

describeOnLedgers('createPodIdentityAssociation on $name', ({ open }) => {
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
