import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { schemaReference } from '../../tools/schema-reference.ts';

const shipped = buildSchema(readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8'));

test('names every type, field, argument and value of the shipped schema', () => {
  const reference = schemaReference(shipped);
  const types = Object.values(shipped.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const headings = types.flatMap((type) => {
    if (isEnumType(type)) return type.getValues().map(({ name }) => `| ${name} |`);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return [];
    const isRoot = type === shipped.getQueryType() || type === shipped.getMutationType();
    return Object.keys(type.getFields()).map((name) => (isRoot ? `### ${name}\n` : `| ${name} |`));
  });
  expect(headings.length).toBeGreaterThan(100);
  expect(headings.filter((heading) => !reference.includes(heading))).toEqual([]);
});

test('shows arguments with defaults, deprecations, interfaces and unions', () => {
  const reference = schemaReference(
    buildSchema(`
      "A thing | of two lines"
      interface Thing { id: ID! }
      type Box implements Thing { id: ID!, old: Int @deprecated(reason: "Use id.") }
      type Bag { id: ID! }
      union Any = Box | Bag
      type Query {
        "Finds."
        find(
          "How many."
          first: Int = 50
        ): Any
      }
    `),
  );
  expect(reference).toContain('### find\n\nReturns `Any`.\n\nFinds.\n\n| argument | type | description |');
  expect(reference).toContain('| first | `Int` = `50` | How many. |');
  expect(reference).toContain('| old | `Int` | **Deprecated:** Use id. |');
  expect(reference).toContain('Implements `Thing`.');
  expect(reference).toContain('Implemented by `Box`.');
  expect(reference).toContain('One of `Box`, `Bag`.');
});
