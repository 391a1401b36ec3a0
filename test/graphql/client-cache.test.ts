import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import type { TypedDocumentNode } from '@apollo/client';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isAbstractType } from 'graphql';
import { openForEachTest } from '../support/each-test.ts';
import { input, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8'));

/** What Apollo Client needs to know of a schema: the types of each interface and union. */
const possibleTypes = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
);

let gateway: Gateway;
let client: ApolloClient;

openForEachTest((opened) => ({ gateway } = opened));

beforeEach(async () => {
  const headers = { authorization: `Bearer ${await gateway.tokenOf('alice')}` };
  client = new ApolloClient({
    link: new HttpLink({ uri: `${gateway.url}/graphql`, headers }),
    cache: new InMemoryCache({ possibleTypes }),
  });
});

afterEach(() => client.stop());

const fields = gql`
  fragment Fields on AssociationState {
    associationArn
    associationId
    roleArn
    modifiedAt
    tags {
      key
      value
    }
  }
`;

interface Created {
  readonly createPodIdentityAssociation: {
    readonly replayed: boolean;
    readonly association: { readonly associationId: string; readonly roleArn: string };
  };
}

const createDocument: TypedDocumentNode<Created> = gql`
  ${fields}
  mutation ($input: CreatePodIdentityAssociationInput!) {
    createPodIdentityAssociation(input: $input) {
      replayed
      association {
        ...Fields
      }
    }
  }
`;

const updateDocument = gql`
  ${fields}
  mutation ($input: UpdatePodIdentityAssociationInput!) {
    updatePodIdentityAssociation(input: $input) {
      status
      auditEntry {
        id
        before {
          ...Fields
        }
        association {
          id
          ...Fields
        }
      }
    }
  }
`;

const trailDocument = gql`
  ${fields}
  query {
    viewer {
      id
      groups
    }
    auditTrail(scope: { cluster: { clusterName: "apps-dev", namespace: "payments" } }) {
      nodes {
        id
        event
        principal {
          groups
        }
        before {
          ...Fields
        }
      }
    }
  }
`;

const readDocument = gql`
  ${fields}
  query ($id: String!) {
    podIdentityAssociation(clusterName: "apps-dev", associationId: $id) {
      id
      ...Fields
    }
  }
`;

test('a normalising cache shows the association as it is now, after an update, the trail and a replay', async () => {
  const create = () => client.mutate({ mutation: createDocument, variables: { input } });
  const { associationId } = (await create()).data?.createPodIdentityAssociation.association ?? {};
  const variables = { id: associationId };
  await client.query({ query: readDocument, variables });

  const worker = roleArn('payments/payments-worker');
  const change = { clusterName: 'apps-dev', associationId, roleArn: worker };
  await client.mutate({ mutation: updateDocument, variables: { input: change } });
  await client.query({ query: trailDocument });
  const replay = (await create()).data?.createPodIdentityAssociation;
  expect(replay).toMatchObject({ replayed: true, association: { roleArn: input.roleArn } });

  const cached = client.readQuery<{ podIdentityAssociation: { roleArn: string } }>({ query: readDocument, variables });
  expect(cached?.podIdentityAssociation.roleArn).toBe(worker);
  const fresh = await client.query({ query: readDocument, variables, fetchPolicy: 'network-only' });
  expect(cached).toEqual(fresh.data);
});

test('types of the past have no id, so that no client cache merges them with what they were made from', () => {
  for (const name of ['AssociationSnapshot', 'RecordedRequest', 'RecordedPrincipal', 'AuditTarget']) {
    const type = schema.getType(name);
    expect(type && 'getFields' in type && Object.keys(type.getFields())).not.toContain('id');
  }
});
