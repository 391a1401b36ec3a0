import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { trailQuery } from '../support/ledger-samples.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import { document, namespace, user } from './trail-samples.ts';
import type { Trail } from './trail-samples.ts';

const worker = roleArn('payments/payments-worker');
const ownTrail = { principalId: user('alice').id };

describeOnLedgers('filters of auditTrail on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  async function events(variables: object, as = 'alice') {
    const { data, errors } = await gateway.send<{ auditTrail: Trail }>(document, variables, as);
    if (!data) throw new Error(JSON.stringify(errors));
    return data.auditTrail.edges.map(({ node }) => node.event);
  }

  test('find the changes that gave or took a role', async () => {
    const { association } = await gateway.create();
    const { associationId } = association ?? {};
    await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'update' });
    await gateway.remove({ associationId, clientRequestToken: 'remove' });
    const change = ['SUCCEEDED', 'INTENT'];
    expect(await events({ scope: namespace, roleArn: input.roleArn })).toEqual([...change, ...change]);
    expect(await events({ scope: namespace, roleArn: worker })).toEqual([...change, ...change]);
    expect(await events({ scope: namespace, roleArn: roleArn('payments/other') })).toEqual([]);
  });

  test('find refusals by code and by policy', async () => {
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api') });
    await gateway.create({ namespace: '*' });
    await gateway.create();
    expect(await events({ scope: ownTrail, refusalCodes: ['POLICY_DENIED'] })).toEqual(['DENIED']);
    expect(await events({ scope: ownTrail, refusalCodes: ['POLICY_DENIED', 'INVALID_INPUT'] })).toEqual([
      'INVALID',
      'DENIED',
    ]);
    const [denial] = (await ledger.readTrail(trailQuery({ kind: 'all' }, { events: ['DENIED'] }))).entries;
    const [success] = (await ledger.readTrail(trailQuery({ kind: 'all' }, { events: ['SUCCEEDED'] }))).entries;
    const [violated, permitting] = [denial?.decision?.violations[0]?.policyId, success?.decision?.policyIds[0]];
    expect(await events({ scope: ownTrail, policyId: violated })).toEqual(['DENIED']);
    expect(await events({ scope: ownTrail, policyId: permitting })).toEqual(['SUCCEEDED', 'INTENT']);
  });

  test('do not disclose the role of an association that its principal may not view', async () => {
    const { association } = await gateway.create();
    const { associationId } = association ?? {};
    await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'update' }, 'bob');
    const scope = { principalId: user('bob').id };
    expect(await events({ scope, roleArn: worker }, 'bob')).toEqual(['REFUSED']);
    expect(await events({ scope, roleArn: input.roleArn }, 'bob')).toEqual([]);
  });
});
