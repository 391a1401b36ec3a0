// Generates the files that codegen.ts names: npm run codegen. With --check, it writes nothing and
// fails where one is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import { getCachedDocumentNodeFromSchema, normalizeConfig } from '@graphql-codegen/plugin-helpers';
import type { CodegenPlugin, Types } from '@graphql-codegen/plugin-helpers';
import { buildSchema, lexicographicSortSchema, parse } from 'graphql';
import config from '../codegen.ts';

const root = join(import.meta.dirname, '..');
const schemaFile = join(root, 'schema.graphql');

/** The plugin of a package `@graphql-codegen/NAME`. */
async function loadPlugin(name: string): Promise<CodegenPlugin> {
  return (await import(`@graphql-codegen/${name}`)) as CodegenPlugin;
}

/**
 * The text of one file of the configuration. This calls the core of GraphQL Code Generator, because
 * its command line installs 300 packages for remote schemas, some of which do not support Node.js
 * 20.
 */
async function generate(filename: string, output: Types.ConfiguredOutput): Promise<string> {
  const plugins: Types.ConfiguredPlugin[] = normalizeConfig(output.plugins ?? []);
  const names = plugins.flatMap((plugin) => Object.keys(plugin));
  const schemaAst = lexicographicSortSchema(buildSchema(readFileSync(schemaFile, 'utf8')));
  return codegen({
    filename,
    plugins,
    pluginMap: Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await loadPlugin(name)] as const)),
    ),
    schema: getCachedDocumentNodeFromSchema(schemaAst),
    schemaAst,
    documents: documentsOf(output),
    config: { ...config.config, ...output.config },
  });
}

/** The GraphQL documents that an output names. */
function documentsOf({ documents = [] }: Types.ConfiguredOutput): Types.DocumentFile[] {
  const locations = [documents].flat().filter((location) => typeof location === 'string');
  return locations.map((location) => ({ location, document: parse(readFileSync(join(root, location), 'utf8')) }));
}

const check = process.argv.includes('--check');
for (const [filename, output] of Object.entries(config.generates)) {
  const file = join(root, filename);
  const text = await generate(filename, Array.isArray(output) ? { plugins: output } : output);
  if (!check) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${filename} is out of date: run \`npm run codegen\` and commit the result.`);
    process.exitCode = 1;
  }
}
