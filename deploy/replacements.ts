import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { edited, unused } from './module-edits.ts';
import type { Replacement } from './module-edits.ts';
import { sdkReplacements } from './sdk-replacements.ts';

/**
 * Each saves processor time of every cold start, or a fiftieth of the bundle. `path` holds in a
 * folder of `node_modules`, whatever the separator.
 */
export const replacements: readonly Replacement[] = [
  {
    name: 'apollo-plugins',
    why: "Apollo's own reports, caching headers and landing pages: server.ts disables these plugins",
    path: /@apollo\/server\/dist\/esm\/plugin\/(?:usageReporting|schemaReporting|inlineTrace|cacheControl|landingPage\/default|disableSuggestions)\/index\.js$/,
    contents: unused('A plugin of Apollo Server'),
  },
  {
    name: 'apollo-key',
    why: "reads and checks the key for Apollo's own service, which no plugin of the gateway uses",
    path: /@apollo\/server\/dist\/esm\/determineApolloConfig\.js$/,
    contents: 'export const determineApolloConfig = () => ({});',
  },
  {
    name: 'schema-printer',
    why: 'prints definitions of types: documents of requests have none, and the schema is not printed',
    path: /graphql\/language\/printer\.mjs$/,
    contents: (text) => edited(text, /\n {2}\/\/ Type System Definitions\n[^]*?\n};/, () => '\n};'),
  },
  {
    name: 'incremental-delivery',
    why: 'imports all of graphql to find out whether it can execute @defer and @stream, which this version of graphql can not',
    path: /@apollo\/server\/dist\/esm\/incrementalDeliveryPolyfill\.js$/,
    contents: "export { execute as executeIncrementally } from 'graphql';",
  },
  {
    name: 'other-lambda-events',
    why: 'reads the events of other sources of Lambda: http.ts reads those of the gateway',
    path: /@as-integrations\/aws-lambda\/dist\/request-handlers\/(?:ALB|APIGatewayProxy)Event(?:V2)?RequestHandler\.js$/,
    contents: '',
  },
  {
    name: 'schema-hash',
    why: 'prints the schema to tell its documents from those of other servers in one store: documents.ts is the store of one server',
    path: /@apollo\/server\/dist\/esm\/ApolloServer\.js$/,
    contents: (text) => edited(text, /`\$\{computeCoreSchemaHash\(printSchema\(schema\)\)\}:`/, () => "''"),
  },
  {
    name: 'graphql-tools',
    why: 'builds schemas from several parts: schema.ts builds the one of the gateway',
    path: /@graphql-tools\/schema\/(?:dist\/)?esm\/index\.js$/,
    contents: `export const makeExecutableSchema = () => { ${unused('GraphQL Tools')} };`,
  },
  {
    name: 'hash',
    why: 'hashes in JavaScript, because it does not find the module of Node.js from inside a bundle',
    path: /@apollo\/utils\.createhash\/dist\/index\.js$/,
    contents: `import { hash } from 'node:crypto';
      export const createHash = (algorithm) => ({ update: (text) => ({ digest: (encoding) => hash(algorithm, text, encoding) }) });`,
  },
  {
    name: 'apollo-cache',
    why: "keeps Apollo's caches: documents.ts keeps the documents, and the gateway uses no other cache of it",
    path: /@apollo\/utils\.keyvaluecache\/dist\/InMemoryLRUCache\.js$/,
    contents: `exports.InMemoryLRUCache = class { constructor() { ${unused('The cache of Apollo Server')} } };`,
  },
  {
    name: 'apollo-logger',
    why: "Apollo's own log: server.ts passes that of the gateway",
    path: /loglevel\/lib\/loglevel\.js$/,
    contents: `module.exports = { getLogger() { ${unused('The log of Apollo Server')} } };`,
  },
  {
    name: 'negotiation',
    why: 'reads Accept headers other than that of media types, which answers do not depend on',
    path: /negotiator\/lib\/(?:charset|encoding|language)\.js$/,
    contents: `module.exports = () => { ${unused('The negotiation of languages')} };`,
  },
  {
    name: 'schema-validation',
    why: 'validates the schema: codegen and the tests do',
    path: /graphql\/type\/validate\.mjs$/,
    contents: 'export const validateSchema = () => []; export const assertValidSchema = () => {};',
  },
  {
    name: 'schema-types',
    why: 'reads the fields of all types to find further types: the document of the schema defines all but scalars of GraphQL',
    path: /graphql\/type\/schema\.mjs$/,
    contents: (text) =>
      `import { GraphQLID, GraphQLInt } from './scalars.mjs';\n${edited(
        text,
        /allReferencedTypes\.delete\(type\);\n +collectReferencedTypes\(type, allReferencedTypes\);\n +\}/,
        () => `}\n for (const type of [GraphQLID, GraphQLInt]) allReferencedTypes.add(type);`,
      )}`,
  },
  {
    name: 'schema-extension',
    why: 'extends schemas, of which the gateway has one, and reads the values of all enums: graphql-js can read those of each when they are used',
    path: /graphql\/utilities\/extendSchema\.mjs$/,
    contents: (text) =>
      edited(
        edited(text, /values: (buildEnumValueMap\(allNodes\))/, (_, values) => `values: () => ${values}`),
        /\n {2}function replaceType\([^]*?(?=\n {2}function getOperationTypes\()/,
        () =>
          ['replaceNamedType', 'replaceDirective', 'extendNamedType']
            .map((name) => `\nfunction ${name}() { ${unused('The extension of schemas')} }`)
            .join(''),
      ),
  },
  {
    name: 'apollo-gateway',
    why: "makes requests for Apollo's gateway of several schemas: the server has one schema",
    path: /@apollo\/server\/dist\/esm\/utils\/makeGatewayGraphQLRequestContext\.js$/,
    contents: `export const makeGatewayGraphQLRequestContext = () => { ${unused('The gateway of Apollo')} };`,
  },
  {
    name: 'sdl-rules',
    why: 'validates definitions of schemas, where they are written',
    path: /graphql\/validation\/specifiedRules\.mjs$/,
    contents: (text) =>
      edited(text, /specifiedSDLRules = Object\.freeze\(\[[^\]]*\]\)/, () => 'specifiedSDLRules = []'),
  },
  {
    name: 'stable-json',
    why: 'writes JSON with functions that replace and indentation, which the gateway does not ask for',
    path: /safe-stable-stringify\/index\.js$/,
    contents: (text) =>
      edited(
        text,
        /^ {2}let (stringify(?:FnReplacer|ArrayReplacer|Indent)) = function [^]*?\n {2}\}\n/gm,
        (_, name) => `let ${name} = () => { ${unused('JSON with functions that replace')} };`,
      ),
  },
  ...sdkReplacements,
];

/** Takes modules that no function needs out of the bundles. */
export function replaceUnneeded(chosen: readonly Replacement[]): Plugin {
  return {
    name: 'replace-unneeded',
    setup(bundler) {
      for (const { path, contents } of chosen) {
        bundler.onLoad({ filter: new RegExp(path.source.replaceAll('\\/', '[\\\\/]')) }, async ({ path: file }) => ({
          contents: typeof contents === 'string' ? contents : contents(await readFile(file, 'utf8')),
          loader: 'js',
          resolveDir: dirname(file),
        }));
      }
    },
  };
}

/**
 * One sentence for each replacement that replaced nothing, e.g. because a new version of a package
 * has other files.
 */
export function missedReplacements({ inputs }: Pick<Metafile, 'inputs'>): string[] {
  const paths = Object.keys(inputs);
  return replacements
    .filter(({ path }) => !paths.some((input) => path.test(input)))
    .map(({ path }) => `No input of the bundles matches ${path.source}: update deploy/replacements.ts.`);
}
