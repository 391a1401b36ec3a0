import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/local-gateway/src/sqlite/ledger.ts';
import { createDocument } from '../support/documents.ts';
import { home, input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

let ledger: Ledger;
let gateway: Gateway;
/** Where a create of these tests is made. */
const target = { ...home, clusterName: 'apps-dev', namespace: 'payments' };

beforeEach(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger });
});

afterEach(async () => {
  await gateway.close();
  ledger.close();
});

/** The fields of the line of the last request. */
const line = () => gateway.logged.at(-1)?.fields ?? {};
const fail = (operation: 'DescribePodIdentityAssociation' | 'CreatePodIdentityAssociation', kind: 'access-denied') =>
  gateway.simulator.control.addFault({ operation, kind });

describe('the line of a request names account, region, cluster and namespace', () => {
  test('of a create that succeeded, was denied by policy, or was refused', async () => {
    await gateway.create();
    expect(line()).toMatchObject({ outcome: 'SUCCEEDED', ...target });
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/x'), clientRequestToken: 'denied' });
    expect(line()).toMatchObject({ outcome: 'DENIED', ...target, namespace: 'search' });
    fail('CreatePodIdentityAssociation', 'access-denied');
    await gateway.create({ serviceAccount: 'other', clientRequestToken: 'refused' });
    expect(line()).toMatchObject({ code: 'GATEWAY_ACCESS_DENIED', ...target });
  });

  test('of a list and of a page of the audit trail', async () => {
    await gateway.send('{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { id } } }');
    expect(line()).toMatchObject(target);
    await gateway.send(
      '{ auditTrail(scope: { cluster: { clusterName: "apps-dev", namespace: "payments" } }) { nodes { id } } }',
    );
    expect(line()).toMatchObject(target);
  });

  test('of a change that fails before its association is known: without a namespace', async () => {
    const { association } = await gateway.create();
    fail('DescribePodIdentityAssociation', 'access-denied');
    const document =
      'mutation ($input: DeletePodIdentityAssociationInput!) { deletePodIdentityAssociation(input: $input) { status } }';
    await gateway.send(document, {
      input: { clusterName: 'apps-dev', associationId: association?.associationId, clientRequestToken: 'deleted' },
    });
    const { namespace: _, ...cluster } = target;
    expect(line()).toMatchObject({ code: 'EKS_READ_FAILED', ...cluster });
    expect(line()).not.toHaveProperty('namespace');
  });
});

test('the line of a request has no name that validation rejects, and none for a request about no cluster', async () => {
  await gateway.send(createDocument, { input: { ...input, clusterName: 'not a cluster' } });
  expect(line()).toMatchObject({ code: 'INVALID_INPUT' });
  expect(line()).not.toHaveProperty('clusterName');
  await gateway.send('{ viewer { id } }');
  expect(line()).not.toHaveProperty('accountId');
});
