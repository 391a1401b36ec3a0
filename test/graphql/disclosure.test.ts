import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import { roleArn, withoutRateLimit } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

let ledger: Ledger;
let gateway: Gateway;

openForEachTest((opened) => ({ gateway, ledger } = opened), { change: withoutRateLimit });

const entryFields =
  'event before { roleArn tags { key } policy } operation { entries { event before { roleArn } request { roleArn } } }';

/** Sends a mutation or a check, and returns its audit entry as the answer shows it. */
async function entryOf(field: string, type: string, input: object, as: string) {
  const kind = field.startsWith('check') ? 'query' : 'mutation';
  const document = `${kind} ($input: ${type}!) { answer: ${field}(input: $input) { auditEntry { ${entryFields} } } }`;
  const { data, errors } = await gateway.send<{ answer: { auditEntry: unknown } }>(document, { input }, as);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.answer.auditEntry;
}

async function existing() {
  const { association } = await gateway.create();
  return { clusterName: 'apps-dev', associationId: association?.associationId };
}

describe('the association before an operation', () => {
  const update = { roleArn: roleArn('payments/payments-worker') };

  test.each([
    ['an update', 'updatePodIdentityAssociation', 'UpdatePodIdentityAssociationInput', update],
    ['a delete', 'deletePodIdentityAssociation', 'DeletePodIdentityAssociationInput', {}],
    ['a check of an update', 'checkUpdatePodIdentityAssociation', 'UpdatePodIdentityAssociationInput', update],
    ['a check of a delete', 'checkDeletePodIdentityAssociation', 'DeletePodIdentityAssociationInput', {}],
  ])(
    'the association before an operation is not disclosed in the entry of %s that policy denied',
    async (_, field, type, fields) => {
      const entry = await entryOf(field, type, { ...(await existing()), ...fields }, 'bob');
      expect(entry).toMatchObject({ before: null });
      if (!field.startsWith('check')) expect(entry).toMatchObject({ operation: { entries: [{ before: null }] } });
    },
  );

  test('the association before an operation is not disclosed in the audit trail of the denied principal', async () => {
    await entryOf('deletePodIdentityAssociation', 'DeletePodIdentityAssociationInput', await existing(), 'bob');
    const document = `{ auditTrail(scope: {principalId: "https://issuer.example#bob"}) { nodes { event before { roleArn } } } }`;
    const { data } = await gateway.send<{ auditTrail: { nodes: unknown[] } }>(document, {}, 'bob');
    expect(data?.auditTrail.nodes).toEqual([{ event: 'REFUSED', before: null }]);
  });

  test('the association before an operation is disclosed to a principal who may view it', async () => {
    const input = { ...(await existing()), ...update };
    const entry = await entryOf('updatePodIdentityAssociation', 'UpdatePodIdentityAssociationInput', input, 'alice');
    expect(entry).toMatchObject({ before: { roleArn: roleArn('payments/payments-api') } });
  });
});

describe('the entries of an operation', () => {
  // A token reused in another namespace puts a foreign request into the operation of the first one.
  const foreign = { namespace: 'search', serviceAccount: 'search-api', roleArn: roleArn('search/search-api') };

  test('include those of another namespace only for principals who may read them', async () => {
    const { auditEntry } = await gateway.create({ clientRequestToken: 'shared' }, 'pat');
    await gateway.create({ ...foreign, clientRequestToken: 'shared' }, 'pat');
    const id = (await ledger.operationEntries(auditEntry.operationId))[0];
    const document = `query ($id: ID!) { auditEntry(id: $id) { operation { entries { event request { roleArn } } } } }`;
    const variables = { id: `${id?.operationId}.${id?.entryId}` };
    const eventsFor = async (as: string) => {
      const { data } = await gateway.send<{ auditEntry: { operation: { entries: { event: string }[] } } }>(
        document,
        variables,
        as,
      );
      return data?.auditEntry.operation.entries.map(({ event }) => event);
    };
    expect(await eventsFor('alice')).toEqual(['INTENT', 'SUCCEEDED']);
    expect(await eventsFor('pat')).toEqual(['INTENT', 'SUCCEEDED', 'TOKEN_REUSED']);
    expect(await eventsFor('olivia')).toEqual(['INTENT', 'SUCCEEDED', 'TOKEN_REUSED']);
  });
});

test('the message of a failed read from EKS goes to the log, and not to the client', async () => {
  gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
  const document =
    '{ podIdentityAssociation(clusterName: "apps-dev", associationId: "a-00000000000000000") { roleArn } }';
  const { errors } = await gateway.send(document);
  expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED', exception: 'AccessDeniedException' } }]);
  expect(JSON.stringify(errors)).not.toContain('not authorized');
  expect(JSON.stringify(gateway.logged)).toContain('is not authorized to perform: eks:DescribePodIdentityAssociation');
});

test('the message of a failed read before a change goes to the log, and not to the client', async () => {
  gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
  const input = { clusterName: 'apps-dev', associationId: 'a-00000000000000000' };
  const document = `mutation ($input: DeletePodIdentityAssociationInput!) { deletePodIdentityAssociation(input: $input) { status } }`;
  const { errors } = await gateway.send(document, { input });
  expect(errors).toMatchObject([{ extensions: { code: 'EKS_READ_FAILED', exception: 'AccessDeniedException' } }]);
  expect(JSON.stringify(errors)).not.toContain('not authorized');
  expect(JSON.stringify(gateway.logged)).toContain('is not authorized to perform');
});
