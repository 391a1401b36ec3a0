import type { Metafile, Plugin } from 'esbuild';

/** A module of a package that a bundle does not need, and what takes its place. */
interface Replacement {
  /** What it is for, and why the functions do without it. */
  readonly why: string;
  /** The path of the module's file. */
  readonly path: RegExp;
  readonly contents: string;
}

/** Fails when the module is used, with its name: then the replacement was wrong. */
const unused = (name: string) => `throw new Error('${name} is not part of the bundle: see deploy/replacements.ts');`;

/** `path` holds in a folder of `node_modules`, whatever the separator. */
export const replacements: readonly Replacement[] = [
  {
    why: "Apollo's own reports, caching headers and landing pages: server.ts disables these plugins",
    path: /@apollo\/server\/dist\/esm\/plugin\/(?:usageReporting|schemaReporting|inlineTrace|cacheControl|landingPage\/default)\/index\.js$/,
    contents: unused('A plugin of Apollo Server'),
  },
  {
    why: 'builds schemas from several parts: schema.ts builds the one of the gateway',
    path: /@graphql-tools\/schema\/(?:dist\/)?esm\/index\.js$/,
    contents: `export const makeExecutableSchema = () => { ${unused('GraphQL Tools')} };`,
  },
  {
    why: 'hashes in JavaScript, because it does not find the module of Node.js from inside a bundle',
    path: /@apollo\/utils\.createhash\/dist\/index\.js$/,
    contents: "export { createHash } from 'node:crypto';",
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
];

/** Takes modules that no function needs out of the bundles. */
export const replaceUnneeded: Plugin = {
  name: 'replace-unneeded',
  setup(bundler) {
    for (const { path, contents } of replacements) {
      bundler.onLoad({ filter: new RegExp(path.source.replaceAll('\\/', '[\\\\/]')) }, ({ path: file }) => ({
        contents,
        loader: 'js',
        resolveDir: file.slice(0, -'/index.js'.length),
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
