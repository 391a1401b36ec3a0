import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';

const repository = join(import.meta.dirname, '../..');
const schema = buildSchema(readFileSync(join(repository, 'schema.graphql'), 'utf8'));

/** Documents in texts of Python, Go and JavaScript. */
const documents = /(?:"""|`)\s*((?:query|mutation|fragment)\b[^`{]*\{[^`]*?)(?:"""|`)/g;

const files = globSync(['docs/clients.md', 'examples/**/*.{py,ts,js,mjs,go,graphql}', 'packages/*/README.md'], {
  cwd: repository,
  exclude: (path) => path.includes('node_modules'),
});
const found = files.flatMap((file) => {
  const text = readFileSync(join(repository, file), 'utf8');
  const texts = file.endsWith('.graphql') ? [text] : [...text.matchAll(documents)].map(([, document = '']) => document);
  return texts.filter((document) => !document.includes('${')).map((document) => [file, document] as const);
});

test('the documented documents include those of Python and of TypeScript', () => {
  expect(found.map(([file]) => file)).toEqual(expect.arrayContaining(['docs/clients.md']));
  expect(found.length).toBeGreaterThan(3);
});

test.each(found)('a document of %s is valid for the schema', (_, document) => {
  expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
});
