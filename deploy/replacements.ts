import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { edited, withPlainNames, withRoleErrors } from './module-edits.ts';

/** A module of a package, of which a bundle needs less or nothing. */
export interface Replacement {
  /** A short name. */
  readonly name: string;
  /** What it is for, and why the functions do without it. */
  readonly why: string;
  /** The path of the module's file. */
  readonly path: RegExp;
  /**
   * What takes its place; or a change of its text, which throws an Error where it finds nothing to
   * change.
   */
  readonly contents: string | ((text: string) => string);
}

/** Fails when the module is used, with its name: then the replacement was wrong. */
const unused = (name: string) => `throw new Error('${name} is not part of the bundle: see deploy/replacements.ts');`;

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
    name: 'web-streams',
    why: 'tests for web streams, which loads them (a tenth of a cold start): responses of Node.js are never web streams',
    path: /@smithy\/core\/dist-es\/submodules\/serde\/util-stream\/stream-type-check\.js$/,
    contents: 'export const isReadableStream = () => false; export const isBlob = () => false;',
  },
  {
    name: 'credential-chain',
    why: 'looks for credentials in files, processes and at metadata services: Lambda passes them by environment variables',
    path: /@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/,
    // Each request asks for them several times. Lambda does not change them while a function runs.
    contents: `import { fromEnv } from '@aws-sdk/credential-provider-env';
      import { memoize } from '@smithy/core/config';
      export const defaultProvider = (init) => memoize(fromEnv(init));`,
  },
  {
    name: 'apollo-cache',
    why: "keeps Apollo's caches: documents.ts keeps the documents, and the gateway uses no other cache of it",
    path: /@apollo\/utils\.keyvaluecache\/dist\/InMemoryLRUCache\.js$/,
    contents: `exports.InMemoryLRUCache = class { constructor() { ${unused('The cache of Apollo Server')} } };`,
  },
  {
    name: 'config-files',
    why: 'reads files in the home directory, of which functions have none: settings come from environment variables',
    path: /@smithy\/core\/dist-es\/submodules\/config\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/,
    contents: `export { CONFIG_PREFIX_SEPARATOR } from './constants';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  },
  {
    name: 'event-streams',
    why: 'streams of events: no call of the gateway has one',
    path: /@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/,
    contents: unused('The event streams of the SDK'),
  },
  {
    name: 'stream-collector',
    why: "reads answers by a pipe, which creates the streams of the process's output",
    path: /@smithy\/core\/dist-es\/submodules\/serde\/util-stream\/stream-collector\.js$/,
    contents: `import { concatBytes } from '../concatBytes';
      export const streamCollector = (stream) => new Promise((resolve, reject) => {
        const chunks = [];
        stream.on('data', (chunk) => chunks.push(chunk)).on('error', reject).on('end', () => resolve(concatBytes(chunks)));
      });`,
  },
  {
    name: 'uuid',
    why: 'takes a random UUID from the cryptography of the web, which loads it: Node.js has the same function',
    path: /@smithy\/core\/dist-es\/submodules\/serde\/uuid\/v4\.js$/,
    contents: "import { randomUUID } from 'node:crypto'; export const bindV4 = () => () => randomUUID();",
  },
  {
    name: 'eks-names',
    why: 'describes all operations of EKS',
    path: /@aws-sdk\/client-eks\/dist-es\/schemas\/schemas_0\.js$/,
    contents: withPlainNames,
  },
  {
    name: 'iam-names',
    why: 'describes all exceptions of IAM, of which the gateway calls one operation',
    path: /@aws-sdk\/client-iam\/dist-es\/schemas\/schemas_0\.js$/,
    contents: (text) => withRoleErrors(withPlainNames(text)),
  },
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
