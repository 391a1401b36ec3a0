import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';

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
    // A vote changes no association, so it has no token and no status.
    expect(interfaces).toEqual(payload.name === 'ApprovalPayload' ? [] : ['MutationPayload']);
  }
});
