import { useListGateway } from './list-gateway.ts';

const { gateway, listCalls, send } = useListGateway();

describe('authorization', () => {
  test.each([
    ['alice', 'payments', true],
    ['bob', 'payments', false],
    ['bob', 'search', true],
    ['pat', 'payments', true],
    ['olivia', 'payments', true],
    ['chatops', 'payments', true],
    ['chatops', 'search', false],
    ['alice-via-chatops', 'payments', true],
    ['alice', null, false],
    ['bob', null, false],
    ['chatops', null, false],
    ['pat', null, true],
    ['olivia', null, true],
  ])('%s, namespace %s: allowed %s', async (as, namespace, allowed) => {
    const { data, errors } = await send({ namespace }, { as });
    if (allowed) expect(data?.podIdentityAssociations.edges).toEqual([]);
    else {
      expect(data).toEqual({ podIdentityAssociations: null });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', violations: [{ policyId: 'default-deny' }] } }]);
      expect(listCalls()).toBe(0);
    }
  });

  test('a denial names the namespace and its owners', async () => {
    const { errors } = await send({}, { as: 'bob' });
    expect(errors?.[0]?.message).toMatch(/namespace payments.*Owners of the namespace: payments-team/);
    expect(gateway().logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test.each([
    ['cluster', { cluster: 'apps-none' }],
    ['account', { account: '999988887777' }],
    ['region', { region: 'us-east-1' }],
  ])('denies an administrator a list of a %s that is not in the inventory', async (_, variables) => {
    const { errors } = await send(variables, { as: 'pat' });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', violations: [{ policyId: 'cluster-not-registered' }] } },
    ]);
  });
});
