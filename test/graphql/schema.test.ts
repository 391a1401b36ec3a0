import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  graphql,
  GraphQLScalarType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
} from 'graphql';
import type { Resolvers } from '../../src/generated/resolvers.ts';
import { makeDocumentStore } from '../../src/graphql/documents.ts';
import { makeResolvers } from '../../src/graphql/resolvers.ts';
import { makeSchema } from '../../src/graphql/schema.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import { roleArn, withoutRateLimit } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8'));

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

interface Element {
  readonly name: string;
  readonly description?: string | null | undefined;
}

interface Field extends Element {
  readonly args?: readonly Element[];
}

/** Everything that a description can be of, by its path: types, fields, arguments, values. */
const elements: Element[] = types.flatMap((type) => {
  const own = { name: type.name, description: type.description };
  if (isEnumType(type))
    return [own, ...type.getValues().map((value) => ({ ...value, name: `${type.name}.${value.name}` }))];
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return [own];
  const fields = Object.values<Field>(type.getFields()).flatMap((field) => {
    const name = `${type.name}.${field.name}`;
    const args = (field.args ?? []).map((arg) => ({ ...arg, name: `${name}(${arg.name}:)` }));
    return [{ ...field, name }, ...args];
  });
  return [own, ...fields];
});

test('every type, field, argument and value has a description', () => {
  expect(elements.filter(({ description }) => !description?.trim()).map(({ name }) => name)).toEqual([]);
});

test('every custom scalar names its specification', () => {
  const scalars = types.filter(isScalarType);
  expect(scalars.map(({ name, specifiedByURL }) => [name, specifiedByURL])).toEqual([
    ['DateTime', expect.stringMatching(/^https:\/\//)],
  ]);
});

test('fields of Query that policy can deny are nullable, so that a denial does not remove the other answers', () => {
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
  const nonNull = fields.filter(({ type }) => isNonNullType(type)).map(({ name }) => name);
  // Both are answered without a read and without policy.
  expect(nonNull).toEqual(['viewer', 'gateway']);
});

test('objects with an id implement Node, except the principal, which only viewer returns', () => {
  const withId = types.filter(isObjectType).filter((type) => type.getFields().id !== undefined);
  expect(
    withId.filter((type) => !type.getInterfaces().some(({ name }) => name === 'Node')).map(({ name }) => name),
  ).toEqual(['Principal']);
});

test('pages follow the GraphQL Cursor Connections Specification', () => {
  const connections = types.filter(isObjectType).filter(({ name }) => name.endsWith('Connection'));
  expect(connections.length).toBeGreaterThan(4);
  for (const connection of connections) {
    const { edges, nodes, pageInfo } = connection.getFields();
    const edge = edges && getNamedType(edges.type);
    const node = isObjectType(edge) ? edge.getFields().node?.type : undefined;
    expect([String(edges?.type), String(nodes?.type), String(pageInfo?.type)]).toEqual([
      `[${edge?.name}!]!`,
      `[${String(node)}]!`,
      'PageInfo!',
    ]);
  }
});

test('every mutation of an association answers with the same fields, and every vote', () => {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  for (const { type } of fields) {
    const payload = getNamedType(type);
    const interfaces = isObjectType(payload) ? payload.getInterfaces().map(({ name }) => name) : null;
    // A vote changes no association, so it has no token and no status; a desired state may need no change.
    const hasOwn = ['ApprovalPayload', 'EnsurePayload'].includes(payload.name);
    expect(interfaces).toEqual(hasOwn ? [] : ['MutationPayload']);
  }
});

/** Resolvers of these types only, which the types of the generated resolvers may not have. */
const resolvers = (types: object) => types as Resolvers;

test('a resolver of a field that the schema does not have is an error when fields are read', () => {
  const query = makeSchema(resolvers({ Query: { other: () => null } })).getQueryType();
  expect(() => query?.getFields()).toThrow('The schema has no Query.other');
});

test('every resolver of the gateway has its field in the schema', () => {
  const all = Object.values(makeSchema(makeResolvers()).getTypeMap()).filter(isObjectType);
  expect(all.filter((type) => Object.keys(type.getFields()).length === 0)).toEqual([]);
});

test('a resolver of a type that the schema does not have is an error', () => {
  expect(() => makeSchema(resolvers({ Other: { create: () => null } }))).toThrow('The schema has no Other.create');
});

test('the implementation of a scalar serializes its values', async () => {
  const DateTime = new GraphQLScalarType({ name: 'DateTime', serialize: (value) => `at ${String(value)}` });
  const Query = { gateway: () => ({ deployedAt: 'noon' }) };
  const schema = makeSchema(resolvers({ DateTime, Query }));
  const { data } = await graphql({ schema, source: '{ gateway { deployedAt } }' });
  expect(data).toEqual({ gateway: { deployedAt: 'at noon' } });
});

/** A document whose text has so many characters. */
const ofLength = (length: number) => parse('{ viewer { id } }'.padEnd(length));

test('a document is found by its key', async () => {
  const store = makeDocumentStore();
  const document = ofLength(100);
  await store.set('a', document);
  expect(await store.get('a')).toBe(document);
  expect(await store.get('b')).toBeUndefined();
});

test('documents of 100,000 characters are kept, those that were used last', async () => {
  const store = makeDocumentStore();
  await store.set('a', ofLength(50_000));
  await store.set('b', ofLength(50_000));
  await store.get('a');
  await store.set('c', ofLength(50_000));
  expect([await store.get('b'), await store.get('a'), await store.get('c')]).toEqual([
    undefined,
    expect.anything(),
    expect.anything(),
  ]);
});

test('a document of more characters is not kept', async () => {
  const store = makeDocumentStore();
  await store.set('a', ofLength(100_001));
  expect(await store.get('a')).toBeUndefined();
});

describe('disclosure', () => {
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
    expect(JSON.stringify(gateway.logged)).toContain(
      'is not authorized to perform: eks:DescribePodIdentityAssociation',
    );
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
});
