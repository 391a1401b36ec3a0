import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayDecision } from '../../packages/operator/src/policies/replay-decision.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { home, input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway, GatewayOptions } from '../support/gateway.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { copyOfShipped, shipped } from '../support/policy-sample.ts';

const trustPolicy = {
  Statement: [
    {
      Effect: 'Allow' as const,
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  ],
};
const team = (value: string) => ({ tags: { team: value } });

let policies: string;
let ledger: Ledger;
let gateway: Gateway;

openLedgerForEachTest((opened) => ({ ledger } = opened));

beforeEach(() => {
  policies = copyOfShipped();
  copyFileSync(join(shipped, 'examples/role-team-tag.cedar'), join(policies, 'role-team-tag.cedar'));
});

afterEach(async () => {
  await gateway.close();
  rmSync(policies, { recursive: true });
});

async function open(options: Partial<GatewayOptions> = {}) {
  gateway = await openGateway({ ledger, policies, ...options });
}

const addRole = (fields: object, arn = input.roleArn) =>
  gateway.simulator.control.addRole({ arn, trustPolicy, ...fields });
const reads = () => gateway.sent('GetRole');

describe('a create under a policy on tags of the role', () => {
  test('succeeds with one call of IAM if the role has the tag', async () => {
    await open();
    addRole(team('payments'));
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(reads()).toBe(1);
  });

  test('a create under a policy on tags of the role is denied by the policy if the role lacks the tag', async () => {
    await open();
    expect(await gateway.create()).toMatchObject({
      status: 'REFUSED',
      refusal: { code: 'POLICY_DENIED', violations: [{ policyId: 'role-has-team-tag' }] },
    });
    expect([reads(), gateway.sent()]).toEqual([1, 0]);
  });

  test('shares the call with its replay', async () => {
    await open();
    addRole(team('payments'));
    await gateway.create();
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    expect(reads()).toBe(1);
  });

  test('a create under a policy on tags of the role is denied, and can be sent again, if IAM does not let the gateway read the role', async () => {
    await open();
    addRole(team('payments'));
    gateway.simulator.control.addFault({ operation: 'GetRole', kind: 'access-denied' });
    const denied = await gateway.create();
    expect(denied).toMatchObject({
      status: 'REFUSED',
      retryAfterSeconds: 60,
      refusal: {
        code: 'POLICY_EVALUATION_FAILED',
        retryable: true,
        message: expect.stringContaining(`${input.roleArn} could not be read from IAM (AccessDenied`) as string,
        advice: expect.stringContaining('iam:GetRole') as string,
      },
      auditEntry: { event: 'DENIED' },
    });
    // The exception of IAM names the gateway's role: only the log has it.
    expect(JSON.stringify(denied)).not.toContain('not authorized');
    expect(gateway.logged).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        fields: expect.objectContaining({ message: expect.stringContaining('not authorized') as string }) as object,
      }),
    );
    expect(gateway.sent()).toBe(0);
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: false });
  });

  test('a create under a policy on tags of the role is denied, and can be sent again, if the role does not exist yet', async () => {
    await open();
    const arn = roleArn('payments/new');
    expect(await gateway.create({ roleArn: arn })).toMatchObject({
      status: 'REFUSED',
      retryAfterSeconds: 10,
      refusal: { code: 'ROLE_NOT_FOUND', retryable: true, violations: [{ policyId: 'role-not-found' }] },
      auditEntry: { event: 'DENIED' },
    });
    expect(gateway.sent()).toBe(0);
    addRole(team('payments'), arn);
    expect(await gateway.create({ roleArn: arn })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('costs no IAM call without a permit in the cluster', async () => {
    await open();
    expect(await gateway.create({}, 'carol')).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
    expect(reads()).toBe(0);
  });

  test.each([
    ['another namespace', { namespace: 'search', roleArn: roleArn('search/search-api') }, 'default-deny'],
    ['a role outside the convention', { roleArn: `arn:aws:iam::${home.accountId}:role/secret` }, 'role-by-convention'],
  ])('does not read the role of a request that is denied anyway: for %s', async (_what, fields, policyId) => {
    await open();
    expect(await gateway.create(fields)).toMatchObject({ refusal: { violations: [{ policyId }] } });
    expect(reads()).toBe(0);
  });
});

test('the shipped policies read no role', async () => {
  await open({ policies: shipped });
  await gateway.create();
  const [{ associationId } = { associationId: '' }] = gateway.simulator.control.associations();
  await gateway.update({ associationId, disableSessionTags: true });
  await gateway.remove({ associationId });
  expect(reads()).toBe(0);
});

test('an update reads the role after it, and a delete none', async () => {
  await open();
  addRole(team('payments'));
  const { association } = await gateway.create();
  const other = roleArn('payments/payments-batch');
  addRole({}, other);
  const { associationId = '' } = association ?? {};
  expect(await gateway.update({ associationId, roleArn: other })).toMatchObject({
    refusal: { violations: [{ policyId: 'role-has-team-tag' }] },
  });
  expect(reads()).toBe(2);
  expect(await gateway.remove({ associationId })).toMatchObject({ status: 'SUCCEEDED' });
  expect(reads()).toBe(2);
});

test('a dry run and its warnings share one call of IAM', async () => {
  await open({ preflightRoles: true });
  addRole(team('payments'));
  const { data } = await gateway.send(
    `query ($input: CreatePodIdentityAssociationInput!) {
      checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted warnings { code } }
    }`,
    { input },
  );
  expect(data).toEqual({ checkCreatePodIdentityAssociation: { wouldBeAttempted: true, warnings: [] } });
  expect(reads()).toBe(1);
});

test('roles that may satisfy a policy on tags are offered, without a call of IAM', async () => {
  await open();
  const { data } = await gateway.send(
    '{ bindableRoles(clusterName: "apps-dev", namespace: "payments", serviceAccount: "api", tags: [{key: "team", value: "x"}]) { roleArn } }',
  );
  expect(data).toEqual({ bindableRoles: [{ roleArn: roleArn('payments/*') }] });
  expect(reads()).toBe(0);
});

describe('the recorded decision', () => {
  const recorded = async (operationId: string) => {
    const [entry] = await ledger.operationEntries(operationId);
    const file = join(policies, 'entry.json');
    writeFileSync(file, JSON.stringify(entry));
    return { slice: entry?.decision?.slice, replayed: replayDecision(file, policies) };
  };

  test.each([
    ['allowed', team('payments'), 'allowed by owners-create'],
    ['denied', team('search'), 'denied by role-has-team-tag'],
  ])(
    'has the role attributes with which it was %s, so that it is replayed without IAM',
    async (_what, fields, verdict) => {
      await open();
      addRole(fields);
      const { auditEntry } = await gateway.create();
      const { slice, replayed } = await recorded(auditEntry.operationId);
      const tags = [{ key: 'team', value: fields.tags.team }];
      expect(slice?.roles).toEqual([{ arn: input.roleArn, kind: 'found', tags, permissionsBoundary: null }]);
      expect(replayed).toMatchObject({ same: true, report: expect.stringContaining(verdict) as string });
      expect(reads()).toBe(1);
    },
  );

  test('says that the role did not exist, or why it could not be read', async () => {
    await open();
    const arn = roleArn('payments/new');
    const absent = await recorded((await gateway.create({ roleArn: arn })).auditEntry.operationId);
    expect(absent.slice?.roles).toEqual([{ arn, kind: 'absent' }]);
    expect(absent.replayed.same).toBe(true);
    gateway.simulator.control.addFault({ operation: 'GetRole', kind: 'access-denied' });
    const failed = await recorded((await gateway.create({ roleArn: arn })).auditEntry.operationId);
    expect(failed.slice?.roles).toEqual([
      { arn, kind: 'failed', reason: expect.stringContaining('AccessDenied') as string },
    ]);
    expect(failed.replayed.same).toBe(true);
  });
});

test('an adoption does not read roles, and says that a create of the association depends on them', async () => {
  await open();
  const place = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'other' };
  const made = { ...place, roleArn: input.roleArn, tags: { team: 'payments' } };
  const { associationId } = gateway.simulator.control.createAssociation(made);
  const { status, auditEntry } = await gateway.adopt({ associationId });
  expect({ status, reads: reads() }).toEqual({ status: 'SUCCEEDED', reads: 0 });
  expect(auditEntry.message).toMatch(
    /Whether policy would permit a create of it depends on role attributes, which were not read\.$/,
  );
});
