import { Script } from 'node:vm';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { buildASTSchema, introspectionFromSchema, parse } from 'graphql';
import type * as GraphQL from 'graphql';
import type { DocumentNode, IntrospectionQuery } from 'graphql';
import { decodeSchema, encodeSchema } from '../../deploy/bundle/schema-file.ts';
import { replacements, replaceUnneeded } from '../../deploy/replacements.ts';
import { schemaDocument } from '../../src/graphql/schema-document.ts';

test('the file of a schema has its whole syntax tree', () => {
  const document = decodeSchema(encodeSchema(schemaDocument));
  expect(JSON.stringify(document)).toBe(JSON.stringify(schemaDocument));
});

test('fields of a type are parsed when they are read first', () => {
  const file = encodeSchema(parse('type Query { one: One } type One { id: ID }', { noLocation: true }));
  const [heads, query] = file.split('\n');
  const [first, second] = decodeSchema([heads, query, 'not JSON'].join('\n')).definitions;
  expect(first).toMatchObject({ name: { value: 'Query' }, fields: [{ name: { value: 'one' } }] });
  expect(second).toMatchObject({ name: { value: 'One' } });
  expect(() => second && 'fields' in second && second.fields).toThrow('JSON');
});

test('a text that is not ASCII takes a byte for each character', () => {
  const document = parse('"An é and a 🦊" type Query { id: ID }', { noLocation: true });
  const file = encodeSchema(document);
  expect(file).not.toMatch(/[^\0-\x7f]/);
  expect(JSON.stringify(decodeSchema(file))).toBe(JSON.stringify(document));
});

/** How graphql-js describes a schema, without the order of types. */
function described({ __schema }: IntrospectionQuery) {
  return { ...__schema, types: __schema.types.toSorted((one, other) => (one.name < other.name ? -1 : 1)) };
}

test('a bundle describes the same schema, though it reads no fields to find types', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: "export { buildASTSchema, introspectionFromSchema } from 'graphql';",
      resolveDir: import.meta.dirname,
    },
    plugins: [replaceUnneeded(replacements.filter(({ path }) => path.source.startsWith('graphql')))],
    ...{ bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'], write: false },
  });
  const module = { exports: {} as Pick<typeof GraphQL, 'buildASTSchema' | 'introspectionFromSchema'> };
  const run = new Script(`(function (module, require) { ${outputFiles[0]?.text ?? ''} })`).runInThisContext() as (
    ...given: unknown[]
  ) => void;
  run(module, createRequire(import.meta.filename));
  const inBundle = (document: DocumentNode) =>
    module.exports.introspectionFromSchema(module.exports.buildASTSchema(document, { assumeValid: true }));
  const whole = introspectionFromSchema(buildASTSchema(schemaDocument));
  expect(described(inBundle(decodeSchema(encodeSchema(schemaDocument))))).toEqual(described(whole));
});
