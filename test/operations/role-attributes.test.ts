import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Warning } from '../../src/model/warning.ts';
import { replayDecision } from '../../packages/operator/src/policies/replay-decision.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { home, input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway, GatewayOptions } from '../support/gateway.ts';
import { storeListed } from '../support/listed.ts';
import { copyOfShipped, replaceIn, shipped } from '../support/policy-sample.ts';

describe('policies on role attributes', () => {
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
      [
        'a role outside the convention',
        { roleArn: `arn:aws:iam::${home.accountId}:role/secret` },
        'role-by-convention',
      ],
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
    const warnings = [{ code: 'NOT_CHECKED' }];
    expect(data).toEqual({ checkCreatePodIdentityAssociation: { wouldBeAttempted: true, warnings } });
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
});

describe('warnings about roles', () => {
  const trusted = {
    Effect: 'Allow' as const,
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  };

  let ledger: Ledger & ObservationStore;
  let gateway: Gateway;

  openLedgerForEachTest((opened) => ({ ledger } = opened));
  beforeEach(() => storeListed(ledger, { ...home, clusterName: 'apps-dev' }, 0));
  afterEach(() => gateway.close());

  async function open(options: Partial<GatewayOptions> = {}) {
    gateway = await openGateway({ ledger, preflightRoles: true, ...options });
  }

  /** The warnings of a dry run, or of the create itself. */
  async function warningsOf(fields: object = {}, isDryRun = true): Promise<readonly Warning[]> {
    const [kind, field] = isDryRun ? ['query', 'checkCreate'] : ['mutation', 'create'];
    const { data, errors } = await gateway.send<{ answer: { warnings: readonly Warning[] } | null }>(
      `${kind} ($input: CreatePodIdentityAssociationInput!) {
      answer: ${field}PodIdentityAssociation(input: $input) { warnings { code message advice } }
    }`,
      { input: { ...input, ...fields } },
    );
    if (!data?.answer) throw new Error(JSON.stringify(errors));
    return data.answer.warnings;
  }

  const codes = (warnings: readonly Warning[]) => warnings.map(({ code }) => code);
  const trust = (statement: object) =>
    gateway.simulator.control.addRole({
      arn: input.roleArn,
      trustPolicy: { Statement: [{ ...trusted, ...statement }] },
    });

  test('has no warning for a role that trusts EKS Pod Identity, with one call of IAM', async () => {
    await open();
    expect(await warningsOf()).toEqual([]);
    expect(gateway.sent('GetRole')).toBe(1);
  });

  test('reads no role where the setting is off, or the request is denied', async () => {
    await open({ preflightRoles: false });
    await warningsOf();
    expect(gateway.sent('GetRole')).toBe(0);
    await gateway.close();
    await open();
    await warningsOf({ namespace: 'search' });
    expect(gateway.sent('GetRole')).toBe(0);
  });

  test('warns of a role that does not exist, and of one whose path is another', async () => {
    await open();
    const roleArn = `arn:aws:iam::${home.accountId}:role/pods/payments/moved`;
    expect(codes(await warningsOf({ roleArn }))).toEqual(['ROLE_NOT_FOUND']);
    const arn = roleArn.replace('/payments/', '/');
    gateway.simulator.control.addRole({ arn, trustPolicy: { Statement: [trusted] } });
    expect(codes(await warningsOf({ roleArn }))).toEqual(['ROLE_NOT_FOUND']);
  });

  test('warns of each action that the trust policy does not allow', async () => {
    await open();
    trust({ Action: 'sts:AssumeRole' });
    const warnings = await warningsOf();
    expect(codes(warnings)).toEqual(['TRUST_POLICY_INVALID']);
    expect(warnings[0]?.message).toContain('does not allow pods.eks.amazonaws.com sts:TagSession');
  });

  test('warns of a condition that names another namespace, with the value of the association', async () => {
    await open();
    trust({ Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'search' } } });
    const warnings = await warningsOf();
    expect(codes(warnings)).toEqual(['TRUST_CONDITION_UNMET', 'TRUST_CONDITION_UNMET']);
    expect(warnings[0]?.message).toContain('aws:RequestTag/kubernetes-namespace');
    expect(warnings[0]?.message).toContain('"payments"');
  });

  test('warns of a condition that needs session tags, if the association disables them', async () => {
    await open();
    trust({ Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payments' } } });
    expect(await warningsOf()).toEqual([]);
    const [warning] = await warningsOf({ disableSessionTags: true });
    expect(warning).toMatchObject({
      code: 'TRUST_CONDITION_UNMET',
      advice: expect.stringContaining('disables session tags') as string,
    });
  });

  test('warns that the role could not be checked when IAM denies access, and still checks the cluster', async () => {
    await open();
    gateway.simulator.control.addFault({ operation: 'GetRole', kind: 'access-denied' });
    gateway.simulator.control.addCluster({ ...home, clusterName: 'apps-dev', addons: [] });
    const warnings = await warningsOf();
    expect(codes(warnings)).toEqual(['AGENT_MISSING', 'NOT_CHECKED']);
    expect(warnings[1]?.advice).toContain('iam:GetRole');
  });

  test('warns in the answer of a create where both settings say so', async () => {
    await open({ preflight: 'changes' });
    trust({ Condition: { StringEquals: { 'aws:SourceAccount': '444455556666' } } });
    expect(codes(await warningsOf({}, false))).toEqual([
      'TRUST_CONDITION_UNMET',
      'TRUST_CONDITION_UNMET',
      'PODS_NOT_UPDATED',
    ]);
    expect(gateway.sent('GetRole')).toBe(1);
  });

  describe('of a target role', () => {
    const targetRoleArn = `arn:aws:iam::${home.accountId}:role/pods/payments/reader`;
    const byRole = { Effect: 'Allow' as const, Principal: { AWS: input.roleArn } };
    const addTarget = (...Statement: readonly object[]) =>
      gateway.simulator.control.addRole({ arn: targetRoleArn, trustPolicy: { Statement } as never });
    const reads = () => gateway.sent('GetRole');

    test('has no warning if its trust policy allows the role both actions, with a second call of IAM', async () => {
      await open();
      addTarget({ ...byRole, Action: ['sts:AssumeRole', 'sts:TagSession'] });
      expect(await warningsOf({ targetRoleArn })).toEqual([]);
      expect(reads()).toBe(2);
    });

    test('says what its trust policy lacks, and the statements to add', async () => {
      await open();
      addTarget({ ...byRole, Action: 'sts:AssumeRole' });
      const [warning, ...more] = await warningsOf({ targetRoleArn });
      expect(more).toEqual([]);
      expect(warning?.code).toBe('TARGET_ROLE_TRUST');
      expect(warning?.message).toContain(`it does not allow ${input.roleArn} sts:TagSession`);
      expect(warning?.advice).toContain(JSON.stringify({ ...byRole, Action: 'sts:TagSession' }));
    });

    test('says before the create that EKS sets the external id, and gives it before an update', async () => {
      await open();
      const [, warning] = await warningsOf({ targetRoleArn });
      expect(warning?.advice).toContain('EKS sets externalId');
      await gateway.create({ targetRoleArn });
      const [listed] = gateway.simulator.control.associations();
      const { data } = await gateway.send<{ check: { warnings: readonly Warning[] } }>(
        `query ($input: UpdatePodIdentityAssociationInput!) {
        check: checkUpdatePodIdentityAssociation(input: $input) { warnings { code advice } }
      }`,
        { input: { clusterName: 'apps-dev', associationId: listed?.associationId, targetRoleArn } },
      );
      const trust = data?.check.warnings.find(({ code }) => code === 'TARGET_ROLE_TRUST');
      expect(trust?.advice).toContain(`"sts:ExternalId":${JSON.stringify(listed?.externalId)}`);
      expect(trust?.advice).not.toContain('EKS sets externalId');
    });

    test('warns of an external id that is not that of the association', async () => {
      await open({ preflight: 'changes' });
      const Condition = { StringEquals: { 'sts:ExternalId': 'another' } };
      addTarget({ ...byRole, Action: 'sts:AssumeRole', Condition }, { ...byRole, Action: 'sts:TagSession' });
      // Before a create, the external id is not known.
      expect(await warningsOf({ targetRoleArn })).toEqual([]);
      const [warning] = await warningsOf({ targetRoleArn }, false);
      const [listed] = gateway.simulator.control.associations();
      expect(warning?.message).toContain(`a condition on sts:ExternalId`);
      expect(warning?.message).toContain(JSON.stringify(listed?.externalId));
    });

    test('says that it does not exist', async () => {
      await open();
      expect(codes(await warningsOf({ targetRoleArn }))).toEqual(['ROLE_NOT_FOUND', 'TARGET_ROLE_TRUST']);
    });

    test.each([
      ['another team', 'pods/search/reader'],
      ['no team', 'pods/shared/reader'],
    ])('gives the same statements whether or not a role of %s exists, without an IAM call for it', async (_, path) => {
      await open();
      const other = `arn:aws:iam::${home.accountId}:role/${path}`;
      const absent = await warningsOf({ targetRoleArn: other });
      const trustPolicy = { Statement: [{ ...byRole, Action: ['sts:AssumeRole', 'sts:TagSession'] }] };
      gateway.simulator.control.addRole({ arn: other, trustPolicy });
      expect(await warningsOf({ targetRoleArn: other })).toEqual(absent);
      expect(absent).toMatchObject([
        {
          code: 'TARGET_ROLE_TRUST',
          message: expect.stringMatching(/this was not checked, because .* have to check it\.$/) as string,
        },
      ]);
      expect(gateway.simulator.control.requests('GetRole')).toHaveLength(1);
    });

    test('the trust policy of a target role is read where the inventory allows the namespace to use it', async () => {
      const policies = copyOfShipped();
      const shared = `arn:aws:iam::${home.accountId}:role/pods/shared/reader`;
      const owned = '"name": "payments", "owners": ["payments-team"]';
      replaceIn(join(policies, 'inventory.json'), owned, `${owned}, "roleArns": ["${shared}"]`);
      await open({ policies });
      expect(codes(await warningsOf({ targetRoleArn: shared }))).toEqual(['ROLE_NOT_FOUND', 'TARGET_ROLE_TRUST']);
      rmSync(policies, { recursive: true });
    });

    test('gives the statements without a call of IAM if the gateway does not serve its account', async () => {
      await open();
      const [warning] = await warningsOf({ targetRoleArn: 'arn:aws:iam::444455556666:role/pods/payments/reader' });
      expect(warning).toMatchObject({
        code: 'TARGET_ROLE_TRUST',
        message: expect.stringMatching(
          /serves no cluster in account 444455556666, .*\. Administrators of IAM in account 444455556666 have to check it\.$/,
        ) as string,
      });
      expect(reads()).toBe(1);
    });

    test('gives the statements where no role or nothing is read', async () => {
      for (const options of [{ preflightRoles: false }, { preflight: 'off' as const }]) {
        await open(options);
        const warnings = await warningsOf({ targetRoleArn });
        expect(codes(warnings)).toEqual(['TARGET_ROLE_TRUST']);
        expect(warnings[0]?.message).toMatch(
          /this was not checked\. Administrators of IAM in account \d+ have to check it\.$/,
        );
        expect(reads()).toBe(0);
        await gateway.close();
      }
      await open();
    });
  });
});
