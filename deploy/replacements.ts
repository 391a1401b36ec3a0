import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';

/** A module of a package, of which a bundle needs less or nothing. */
interface Replacement {
  /** What it is for, and why the functions do without it. */
  readonly why: string;
  /** The path of the module's file. */
  readonly path: RegExp;
  /** What takes its place; or a change of its text, which throws an Error where it finds nothing to change. */
  readonly contents: string | ((text: string) => string);
}

/** Fails when the module is used, with its name: then the replacement was wrong. */
const unused = (name: string) => `throw new Error('${name} is not part of the bundle: see deploy/replacements.ts');`;

/** Changes each match in a text. Throws an Error if there is none. */
function edited(text: string, pattern: RegExp, change: (...groups: string[]) => string): string {
  if (text.search(pattern) === -1) throw new Error(`${pattern} matches nothing: update deploy/replacements.ts.`);
  return text.replace(pattern, change);
}

/**
 * Writes constants where a module uses them as computed names of properties. esbuild can't know that computing them has no effect, and keeps
 * whatever has one.
 */
function withPlainNames(text: string): string {
  const constants = new Map(
    [...text.matchAll(/^const (\w+) = ("\w+");$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  return edited(text, /\[(\w+)\]:/g, (computed, name = '') => {
    const value = constants.get(name);
    return value === undefined ? computed : `${value}:`;
  });
}

/** `path` holds in a folder of `node_modules`, whatever the separator. */
export const replacements: readonly Replacement[] = [
  {
    why: "Apollo's own reports, caching headers and landing pages: server.ts disables these plugins",
    path: /@apollo\/server\/dist\/esm\/plugin\/(?:usageReporting|schemaReporting|inlineTrace|cacheControl|landingPage\/default|disableSuggestions)\/index\.js$/,
    contents: unused('A plugin of Apollo Server'),
  },
  {
    why: 'imports all of graphql to find out whether it can execute @defer and @stream, which this version of graphql can not',
    path: /@apollo\/server\/dist\/esm\/incrementalDeliveryPolyfill\.js$/,
    contents: "export { execute as executeIncrementally } from 'graphql';",
  },
  {
    why: 'limits recursive selections, and asks subgraphs: server.ts has limits of its own, and the gateway is not one of GraphQL',
    path: /@apollo\/server\/dist\/esm\/(?:validationRules\/RecursiveSelectionsLimit|utils\/makeGatewayGraphQLRequestContext)\.js$/,
    contents: `const unused = () => { ${unused('This part of Apollo Server')} };
      export { unused as createMaxRecursiveSelectionsRule, unused as makeGatewayGraphQLRequestContext };
      export const DEFAULT_MAX_RECURSIVE_SELECTIONS = 0;`,
  },
  {
    why: 'reads the events of other sources of Lambda: http.ts reads those of the gateway',
    path: /@as-integrations\/aws-lambda\/dist\/request-handlers\/(?:ALB|APIGatewayProxy)Event(?:V2)?RequestHandler\.js$/,
    contents: '',
  },
  {
    why: 'prints the schema to tell its documents from those of other servers in one store: documents.ts is the store of one server',
    path: /@apollo\/server\/dist\/esm\/ApolloServer\.js$/,
    contents: (text) => edited(text, /`\$\{computeCoreSchemaHash\(printSchema\(schema\)\)\}:`/, () => "''"),
  },
  {
    why: 'finds out by the header Accept in which format to send the parts of an answer: answers have one part',
    path: /@apollo\/server\/dist\/esm\/requestPipeline\.js$/,
    contents: (text) =>
      edited(
        text,
        /useLegacyIncremental: new Negotiator\([^;]*?\]\) === MEDIA_TYPES\.MULTIPART_MIXED_EXPERIMENTAL_ALPHA_2,/,
        () => 'useLegacyIncremental: false,',
      ),
  },
  {
    why: 'builds schemas from several parts: schema.ts builds the one of the gateway',
    path: /@graphql-tools\/schema\/(?:dist\/)?esm\/index\.js$/,
    contents: `export const makeExecutableSchema = () => { ${unused('GraphQL Tools')} };`,
  },
  {
    why: 'hashes in JavaScript, because it does not find the module of Node.js from inside a bundle',
    path: /@apollo\/utils\.createhash\/dist\/index\.js$/,
    contents: `import { hash } from 'node:crypto';
      export const createHash = (algorithm) => ({ update: (text) => ({ digest: (encoding) => hash(algorithm, text, encoding) }) });`,
  },
  {
    why: 'tests for web streams, which loads them (a tenth of a cold start): responses of Node.js are never web streams',
    path: /@smithy\/core\/dist-es\/submodules\/serde\/util-stream\/stream-type-check\.js$/,
    contents: 'export const isReadableStream = () => false; export const isBlob = () => false;',
  },
  {
    why: 'looks for credentials in files, processes and at metadata services: Lambda passes them by environment variables',
    path: /@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/,
    contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
  },
  {
    why: "keeps Apollo's caches: documents.ts keeps the documents, and the gateway uses no other cache of it",
    path: /@apollo\/utils\.keyvaluecache\/dist\/InMemoryLRUCache\.js$/,
    contents: `exports.InMemoryLRUCache = class { constructor() { ${unused('The cache of Apollo Server')} } };`,
  },
  {
    why: "Apollo's own log: server.ts passes the one of the gateway",
    path: /node_modules\/loglevel\/lib\/loglevel\.js$/,
    contents: `exports.getLogger = () => { ${unused('The log of Apollo Server')} };`,
  },
  {
    why: 'keeps endpoints that DynamoDB names on request, which its clients do not by default',
    path: /@aws-sdk\/endpoint-cache\/dist-es\/EndpointCache\.js$/,
    contents: `export class EndpointCache { getEndpoint() { ${unused('Endpoint discovery')} } }`,
  },
  {
    why: 'reads files in the home directory, of which functions have none: settings come from environment variables',
    path: /@smithy\/core\/dist-es\/submodules\/config\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/,
    contents: `export { CONFIG_PREFIX_SEPARATOR } from './constants';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  },
  {
    why: 'retries in another mode than the standard one',
    path: /@smithy\/core\/dist-es\/submodules\/retry\/util-retry\/AdaptiveRetryStrategy\.js$/,
    contents: `export class AdaptiveRetryStrategy { constructor() { ${unused('The adaptive retry mode')} } }`,
  },
  {
    why: 'hashes in JavaScript where Node.js can not',
    path: /@smithy\/core\/dist-es\/submodules\/checksum\/sha256\/Sha256Js\.js$/,
    contents: `export class Sha256Js { constructor() { ${unused('SHA-256 in JavaScript')} } }`,
  },
  {
    why: 'holds more about the clients of the SDK than the version that they send',
    path: /@aws-sdk\/(?:client-[a-z]+|nested-clients)\/package\.json$/,
    contents: (text) =>
      `export default { version: ${JSON.stringify((JSON.parse(text) as { version: string }).version)} };`,
  },
  {
    why: 'streams of events: no call of the gateway has one',
    path: /@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/,
    contents: unused('The event streams of the SDK'),
  },
  {
    why: 'describes all operations of EKS',
    path: /@aws-sdk\/client-eks\/dist-es\/schemas\/schemas_0\.js$/,
    contents: withPlainNames,
  },
];

/** Takes modules that no function needs out of the bundles. */
export const replaceUnneeded: Plugin = {
  name: 'replace-unneeded',
  setup(bundler) {
    for (const { path, contents } of replacements) {
      bundler.onLoad({ filter: new RegExp(path.source.replaceAll('\\/', '[\\\\/]')) }, async ({ path: file }) => ({
        contents: typeof contents === 'string' ? contents : contents(await readFile(file, 'utf8')),
        loader: 'js',
        resolveDir: dirname(file),
      }));
    }
  },
};

/** One sentence for each replacement that replaced nothing, e.g. because a new release of a package has other files. */
export function missedReplacements({ inputs }: Pick<Metafile, 'inputs'>): string[] {
  const paths = Object.keys(inputs);
  return replacements
    .filter(({ path }) => !paths.some((input) => path.test(input)))
    .map(({ path }) => `No input of the bundles matches ${path.source}: update deploy/replacements.ts.`);
}
