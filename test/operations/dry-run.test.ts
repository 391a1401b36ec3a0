import { openForEachTest } from '../support/each-test.ts';
import { input, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

const selection = `{
  wouldBeAttempted
  refusal { code message advice ... on InvalidInput { findings { path } } ... on PolicyDenied { violations { policyId advice } owners } }
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
