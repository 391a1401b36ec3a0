import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { withoutViews } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { copyOfShipped } from '../support/policy-sample.ts';

describe('a dry run', () => {
  const selection = `{
  wouldBeAttempted
  refusal { code message advice ... on InvalidInput { findings { path } } ... on PolicyDenied { violations { policyId advice tagKey } owners } }
  decision { allowed policyIds }
  existing { associationId roleArn }
  differences { field requested existing }
  auditEntry { event operationKind refusalCode operation { id } }
}`;

  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway } = opened));

  async function check(kind: 'Create' | 'Update' | 'Delete', fields: object, as?: string) {
    const document = `query ($input: ${kind}PodIdentityAssociationInput!) {
    checked: check${kind}PodIdentityAssociation(input: $input) ${selection}
  }`;
    const { data, errors } = await gateway.send<{ checked: object | null }>(document, { input: fields }, as);
    if (!data?.checked) throw new Error(JSON.stringify(errors));
    return data.checked;
  }

  const changes = () =>
    gateway.simulator.control
      .requests()
      .map(({ operation }) => operation)
      .filter((operation) => !/^(Describe|List)/.test(operation ?? ''));

  describe('checkCreatePodIdentityAssociation', () => {
    test('reports that an allowed create would be attempted, without a change and without using the token', async () => {
      expect(await check('Create', input)).toEqual({
        wouldBeAttempted: true,
        refusal: null,
        decision: { allowed: true, policyIds: ['owners-create'] },
        existing: null,
        differences: null,
        auditEntry: {
          event: 'CHECKED',
          operationKind: 'CREATE_POD_IDENTITY_ASSOCIATION',
          refusalCode: null,
          operation: null,
        },
      });
      expect(changes()).toEqual([]);
      expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: false });
    });

    test('returns a denial with its advice, with 0 EKS calls', async () => {
      const other = { ...input, namespace: 'search', roleArn: roleArn('search/search-api') };
      expect(await check('Create', other)).toMatchObject({
        wouldBeAttempted: false,
        refusal: {
          code: 'POLICY_DENIED',
          violations: [{ policyId: 'default-deny', advice: expect.stringContaining('search-team') }],
          owners: ['search-team'],
        },
        decision: { allowed: false },
        auditEntry: { event: 'CHECKED', refusalCode: 'POLICY_DENIED' },
      });
      expect(gateway.simulator.control.requests()).toEqual([]);
    });

    test('names the tag that a policy demands, and none for other reasons', async () => {
      expect(await check('Create', { ...input, serviceAccount: 'default', tags: [] })).toMatchObject({
        refusal: {
          violations: [
            { policyId: 'no-default-service-account', tagKey: null },
            { policyId: 'required-tags', tagKey: 'team' },
          ],
        },
      });
    });

    test('returns all findings', async () => {
      expect(await check('Create', { ...input, namespace: '*', roleArn: 'x' })).toMatchObject({
        wouldBeAttempted: false,
        refusal: { code: 'INVALID_INPUT', findings: [{ path: 'namespace' }, { path: 'roleArn' }] },
        decision: null,
      });
    });

    test('returns a conflicting association and the differences', async () => {
      const { association } = await gateway.create();
      const wanted = { ...input, roleArn: roleArn('payments/payments-worker'), clientRequestToken: 'other' };
      expect(await check('Create', wanted)).toMatchObject({
        wouldBeAttempted: false,
        refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
        existing: { associationId: association?.associationId },
        differences: [{ field: 'roleArn' }],
      });
    });

    test('fails with EKS_READ_FAILED when EKS denies access', async () => {
      gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
      await expect(check('Create', input)).rejects.toThrow('EKS_READ_FAILED');
    });
  });

  describe.each(['Update', 'Delete'] as const)('check%sPodIdentityAssociation', (kind) => {
    const more = kind === 'Update' ? { roleArn: roleArn('payments/payments-worker') } : {};
    const fields = async () => {
      const { association } = await gateway.create();
      return { clusterName: 'apps-dev', associationId: association?.associationId, ...more };
    };

    test('reports that an allowed change would be attempted, with its association, without a change', async () => {
      const change = await fields();
      gateway.simulator.control.clearRequests();
      expect(await check(kind, change)).toMatchObject({
        wouldBeAttempted: true,
        refusal: null,
        decision: { allowed: true },
        existing: { associationId: change.associationId, roleArn: input.roleArn },
        differences: kind === 'Update' ? [{ field: 'roleArn' }] : null,
        auditEntry: { event: 'CHECKED', operationKind: `${kind.toUpperCase()}_POD_IDENTITY_ASSOCIATION` },
      });
      expect(changes()).toEqual([]);
    });

    test('reports an association that the principal may not view as one that does not exist', async () => {
      expect(await check(kind, await fields(), 'bob')).toMatchObject({
        wouldBeAttempted: false,
        refusal: { code: 'ASSOCIATION_NOT_FOUND' },
        decision: null,
        existing: null,
        differences: null,
      });
    });

    test('reports an unknown association and an outdated expectedModifiedAt', async () => {
      const change = await fields();
      const absent = { ...change, associationId: 'a-00000000000000000' };
      expect(await check(kind, absent)).toMatchObject({ refusal: { code: 'ASSOCIATION_NOT_FOUND' }, decision: null });
      const changed = { ...change, expectedModifiedAt: '2020-01-01T00:00:00Z' };
      expect(await check(kind, changed)).toMatchObject({
        wouldBeAttempted: false,
        refusal: { code: 'ASSOCIATION_CHANGED' },
      });
    });

    test('returns all findings', async () => {
      expect(await check(kind, { clusterName: '*', associationId: 'x', ...more })).toMatchObject({
        refusal: {
          code: 'INVALID_INPUT',
          findings: expect.arrayContaining([{ path: 'clusterName' }, { path: 'associationId' }]),
        },
      });
    });
  });
});

describe('what is allowed as a dry run only', () => {
  const { clientRequestToken: _, ...create } = input;
  // The shipped guardrail of production is about changes of services that name no person.
  const inProduction = { ...create, clusterName: 'apps-prod' };

  const fields = `wouldBeAttempted onlyAsDryRun existing { associationId }
  refusal { code ... on PolicyDenied { violations { policyId } } } decision { allowed policyIds onlyAsDryRun }`;

  interface Checked {
    readonly wouldBeAttempted: boolean;
    readonly auditEntry: { readonly id: string };
  }

  let gateway: Gateway;
  let ledger: Ledger;
  openForEachTest((opened) => ({ gateway, ledger } = opened));

  async function checkAll(sent: object, as = 'chatops'): Promise<{ checked: Checked; entry: AuditEntry | null }> {
    const document = `query ($input: CreatePodIdentityAssociationInput!) {
    checked: checkCreatePodIdentityAssociation(input: $input) { ${fields} warnings { code } auditEntry { id } }
  }`;
    const { data, errors } = await gateway.send<{ checked: Checked }>(document, { input: sent }, as);
    if (!data) throw new Error(JSON.stringify(errors));
    const [operationId = '', entryId = ''] = data.checked.auditEntry.id.split('.');
    return { checked: data.checked, entry: await ledger.getEntry({ operationId, entryId }) };
  }

  const onlyAsDryRun = {
    wouldBeAttempted: false,
    onlyAsDryRun: true,
    refusal: { code: 'POLICY_DENIED', violations: [{ policyId: 'production-names-a-person' }] },
    decision: { allowed: true, policyIds: ['owners-create'], onlyAsDryRun: true },
  };

  test('a dry run of what the principal may not do says so, with the denial, and so does its entry', async () => {
    const { checked, entry } = await checkAll(inProduction);
    expect(checked).toMatchObject(onlyAsDryRun);
    expect(entry).toMatchObject({
      event: 'CHECKED',
      refusalCode: 'POLICY_DENIED',
      message: expect.stringMatching(/^Allowed as a dry run only\. A service may change production only/),
      decision: { allowed: true, onlyAsDryRun: true },
    });
    expect(await gateway.create(inProduction, 'chatops')).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
  });

  test('a dry run of what the principal may do is one of a change', async () => {
    const { checked, entry } = await checkAll(create);
    expect(checked).toMatchObject({ wouldBeAttempted: true, onlyAsDryRun: false, refusal: null });
    expect(checked).toMatchObject({ decision: { onlyAsDryRun: false } });
    expect(entry?.decision).not.toHaveProperty('onlyAsDryRun');
  });

  test('a dry run names what else would prevent the change', async () => {
    const { association } = await gateway.create(inProduction, 'alice');
    const existing = { associationId: association?.associationId };
    const { checked } = await checkAll(inProduction);
    expect(checked).toMatchObject({ ...onlyAsDryRun, refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' }, existing });
  });

  test('a check of several changes says of each whether it is allowed as a dry run only', async () => {
    const document = `query ($input: CheckPodIdentityAssociationsInput!) {
    checked: checkPodIdentityAssociations(input: $input) { results { ${fields} } auditEntry { message } }
  }`;
    const changes = [{ create: inProduction }, { create }];
    const { data } = await gateway.send(document, { input: { changes } }, 'chatops');
    expect(data).toMatchObject({
      checked: {
        results: [onlyAsDryRun, { wouldBeAttempted: true, onlyAsDryRun: false, decision: { onlyAsDryRun: false } }],
        auditEntry: { message: 'Checked 2 changes: 1 are allowed as dry runs only, 1 would be attempted.' },
      },
    });
  });

  test('a check that is allowed as a dry run only shows the revision to those who may view the association', async () => {
    await gateway.create(inProduction, 'alice');
    const blind = await openBeside(gateway, { change: withoutViews });
    const document = `query ($input: CheckPodIdentityAssociationsInput!) {
    checked: checkPodIdentityAssociations(input: $input) { results { onlyAsDryRun revision } }
  }`;
    const changes = [{ create: inProduction }];
    for (const [on, revision] of [
      [gateway, 1],
      [blind, 0],
    ] as const) {
      const { data } = await on.send(document, { input: { changes } }, 'chatops');
      expect(data).toEqual({ checked: { results: [{ onlyAsDryRun: true, revision }] } });
    }
  });

  test('the dry run of a create that would adopt tells that the adoption is allowed as a dry run only', async () => {
    const policies = copyOfShipped();
    const rule = `@id("teams-check-adoptions")
permit (
  principal,
  action == PodIdentity::Action::"AdoptPodIdentityAssociation",
  resource
)
when { context.isDryRun };`;
    appendFileSync(join(policies, 'access.cedar'), rule);
    const { simulator } = gateway;
    const other = await openBeside(gateway, { policies });
    const { clusterName, namespace, serviceAccount, roleArn } = create;
    simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn });
    const document = `query ($input: CreatePodIdentityAssociationInput!) {
    checked: checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted onlyAsDryRun refusal { code } }
  }`;
    const { data } = await other.send(document, { input: { ...create, ifExists: 'ADOPT' } });
    const refusal = { code: 'ASSOCIATION_ALREADY_EXISTS' };
    expect(data).toEqual({ checked: { wouldBeAttempted: false, onlyAsDryRun: false, refusal } });
    expect(await other.create({ ifExists: 'ADOPT' })).toMatchObject({ refusal });
    // Where the create is allowed as a dry run only too, its denial is what is in the way.
    const { clusterName: production } = inProduction;
    simulator.control.createAssociation({ clusterName: production, namespace, serviceAccount, roleArn });
    const both = await other.send(document, { input: { ...inProduction, ifExists: 'ADOPT' } }, 'chatops');
    const denied = { wouldBeAttempted: false, onlyAsDryRun: true, refusal: { code: 'POLICY_DENIED' } };
    expect(both.data).toEqual({ checked: denied });
    rmSync(policies, { recursive: true });
  });
});
