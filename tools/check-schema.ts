// Fails where schema.graphql breaks clients of the last release: npm run check -- schema
import { join } from 'node:path';
import { schemaChanges } from './schema-changes.ts';

try {
  const { release, breaking, permitted } = await schemaChanges(join(import.meta.dirname, '..'));
  const since = release === null ? 'no release yet' : `${breaking.length} breaking changes since ${release}`;
  console.log([`schema.graphql: ${since}`, ...breaking].join('\n'));
  if (!permitted && breaking.length > 0) {
    console.error(
      'Keep the schema compatible: deprecate a field instead of removing it. For an intended break, raise the major ' +
        'version in package.json (before 1.0.0 the minor version) and describe the break in CHANGELOG.md.',
    );
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
