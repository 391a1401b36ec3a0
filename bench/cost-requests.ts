import type { CostMeter } from './cost-meter.ts';

/** A request that is measured, and what it is about. */
export interface MeasuredRequest {
  readonly name: string;
  readonly query: string;
  readonly variables?: object;
}

/** A role that policy permits to the owners of payments. */
const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';

/** The most aliases of a document. */
const aliases = 15;

const times = (field: (index: number) => string) =>
  `{ ${Array.from({ length: aliases }, (_, index) => `a${index}: ${field(index)}`).join(' ')} }`;

const createInput = {
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'measured',
  roleArn,
  tags: [{ key: 'team', value: 'payments' }],
};

/** What an owner created, so that there is something to read. */
export async function createExample(meter: CostMeter) {
  const create = `mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) {
    association { associationId associationArn } auditEntry { id operationId } } }`;
  const { answer } = await meter.measure('alice', create, { input: { ...createInput, serviceAccount: 'example' } });
  const { createPodIdentityAssociation: created } = answer.data as {
    createPodIdentityAssociation: {
      association: { associationId: string; associationArn: string };
      auditEntry: { id: string; operationId: string };
    };
  };
  return { ...created.association, ...created.auditEntry };
}

/** For each resource and way to it, a request that costs the most. */
export function requestsOn(example: Awaited<ReturnType<typeof createExample>>): readonly MeasuredRequest[] {
  const { associationId, associationArn, id: entryId, operationId } = example;
  const where = 'clusterName: "apps-dev"';
  const change = { clusterName: 'apps-dev', associationId };
  const write = (verb: string, input: object): MeasuredRequest[] => {
    const type = `${verb}PodIdentityAssociationInput!`;
    const field = `${verb}PodIdentityAssociation`;
    const name = field.charAt(0).toLowerCase() + field.slice(1);
    return [
      {
        name: `check${field}`,
        query: `query ($input: ${type}) { check${field}(input: $input) { wouldBeAttempted } }`,
        variables: { input },
      },
      { name, query: `mutation ($input: ${type}) { ${name}(input: $input) { status } }`, variables: { input } },
    ];
  };
  const scopes = {
    'a namespace': `cluster: {${where}, namespace: "payments"}`,
    'an association': `associationArn: "${associationArn}"`,
    'an operation': `operationId: "${operationId}"`,
    'another principal': 'principalId: "https://issuer.example#pat"',
    'the gateway': 'gateway: ALL_ENTRIES',
  };
  const huge = 'aws:#'.repeat(20_000);
  return [
    { name: 'gateway (the cheapest)', query: '{ gateway { version } }' },
    {
      name: '15 × podIdentityAssociation',
      query: times(
        (index) => `podIdentityAssociation(${where}, associationId: "a-${String(index).padStart(17, '0')}") { id }`,
      ),
    },
    { name: '15 × node of an association', query: times(() => `node(id: "${associationArn}") { id }`) },
    {
      name: '15 × podIdentityAssociations with roles',
      query: times(() => `podIdentityAssociations(${where}, namespace: "payments", first: 10) { nodes { roleArn } }`),
    },
    {
      name: 'podIdentityAssociations with trails',
      query: `{ podIdentityAssociations(${where}, namespace: "payments", first: 50) { nodes { auditTrail { nodes { id operation { entries { id } } } } } } }`,
    },
    {
      name: 'associationDrift',
      query: `{ associationDrift(${where}, namespace: "payments", first: 100) { nodes { kind } } }`,
    },
    ...Object.entries(scopes).map(([name, scope]) => ({
      name: `auditTrail of ${name}, 1,000 entries`,
      query: `{ auditTrail(scope: {${scope}}, first: 1000) { nodes { id request { roleArn } decision { violations { message } } } } }`,
    })),
    { name: '15 × operation', query: times(() => `operation(id: "${operationId}") { entries { id } }`) },
    { name: '15 × auditEntry', query: times(() => `auditEntry(id: "${entryId}") { id }`) },
    {
      name: 'clusters and namespaces',
      query: `{ clusters { nodes { clusterName } } namespaces(${where}) { nodes { name } } }`,
    },
    {
      name: '15 × bindableRoles',
      query: times(() => `bindableRoles(${where}, namespace: "payments", serviceAccount: "api") { roleArn }`),
    },
    ...write('Create', createInput),
    ...write('Update', { ...change, roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-worker' }),
    ...write('Adopt', change),
    ...write('Delete', change),
    ...write('Create', { ...createInput, tags: Array.from({ length: 60 }, () => ({ key: huge, value: huge })) }).map(
      (request) => ({ ...request, name: `${request.name}, 12 MB of tags` }),
    ),
    { name: 'a document of 500 fields', query: `{ ${'gateway { version } '.repeat(250)} }` },
    { name: 'a document of too many fields', query: `{ ${'gateway { version } '.repeat(600)} }` },
  ];
}
