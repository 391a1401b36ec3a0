import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PassThrough, Readable } from 'node:stream';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import { build } from 'esbuild';
import { parse, print } from 'graphql';
import { withPlainNames } from '../../deploy/module-edits.ts';
import { missedReplacements, replacements } from '../../deploy/replacements.ts';
import { unusedMembers } from '../../deploy/sdk-replacements.ts';

const require = createRequire(import.meta.filename);

const apollo = 'node_modules/@apollo/server/dist/esm/plugin/usageReporting/index.js';

test('a build fails when a package no longer has a module that is replaced', () => {
  const problems = missedReplacements({ inputs: { [apollo]: { bytes: 1, imports: [] } } });
  expect(problems).toHaveLength(replacements.length - 1);
  expect(problems).toContainEqual(expect.stringContaining('credential-provider-node'));
  expect(problems).not.toContainEqual(expect.stringContaining('usageReporting'));
});

/** What a bundle has in place of a module with this text. */
function replaced(path: string, text: string): string {
  const found = replacements.find((one) => one.path.test(path));
  if (!found) throw new Error(`${path} is not replaced.`);
  return typeof found.contents === 'string' ? found.contents : found.contents(text);
}

test('a function reads its credentials from the environment once', async () => {
  const path = 'node_modules/@aws-sdk/credential-provider-node/dist-es/index.js';
  const { outputFiles } = await build({
    stdin: { contents: replaced(path, ''), resolveDir: dirname(path) },
    ...{ bundle: true, platform: 'node', format: 'cjs', write: false },
  });
  const module = { exports: {} as { defaultProvider: (init: object) => () => Promise<object> } };
  const env: Record<string, string> = {};
  const run = compileFunction(outputFiles[0]?.text ?? '', ['module', 'require', 'process']) as (
    ...given: object[]
  ) => void;
  run(module, require, { ...process, env });
  const provide = module.exports.defaultProvider({});
  await expect(provide()).rejects.toThrow('environment');
  Object.assign(env, { AWS_ACCESS_KEY_ID: 'one', AWS_SECRET_ACCESS_KEY: 'secret' });
  const credentials = await provide();
  env.AWS_ACCESS_KEY_ID = 'two';
  expect(credentials).toMatchObject({ accessKeyId: 'one' });
  expect(await provide()).toBe(credentials);
});

test('a call of AWS carries the trace of its invocation, and keeps one that it has', async () => {
  const path =
    'node_modules/@aws-sdk/core/dist-es/submodules/client/middleware-recursion-detection/recursionDetectionMiddleware.js';
  const text = replaced(path, await readFile(path, 'utf8')).replace('export const', 'return');
  interface Sent {
    readonly request: { readonly headers: Record<string, string> };
  }
  const env: Record<string, string> = {};
  const make = compileFunction(text.replace(/return \w+ =/, 'return'), ['process']) as (
    process: object,
  ) => () => (next: (sent: Sent) => Sent) => (sent: Sent) => Sent;
  const send = make({ env })()((sent) => sent);
  expect(send({ request: { headers: {} } }).request.headers).toEqual({});
  env._X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793';
  expect(send({ request: { headers: {} } }).request.headers).toEqual({ 'X-Amzn-Trace-Id': env._X_AMZN_TRACE_ID });
  const own = { 'X-Amzn-Trace-Id': 'Root=own' };
  expect(send({ request: { headers: { ...own } } }).request.headers).toEqual(own);
});

test('the printer of a bundle prints documents of requests as before', async () => {
  const path = 'node_modules/graphql/language/printer.mjs';
  const { outputFiles } = await build({
    stdin: { contents: replaced(path, await readFile(path, 'utf8')), resolveDir: dirname(path) },
    ...{ bundle: true, platform: 'node', format: 'cjs', write: false },
  });
  const module = { exports: {} as { print: typeof print } };
  const run = compileFunction(outputFiles[0]?.text ?? '', ['module']) as (of: object) => void;
  run(module);
  const document = parse(
    'query Q($a: [Int!] = [1], $b: I) @d { a(b: {c: "x", d: E, e: null}) { ...F ... on T { i } } } fragment F on T { j }',
  );
  expect(module.exports.print(document)).toBe(print(document));
});

const schemas = 'node_modules/@aws-sdk/client-eks/dist-es/schemas/schemas_0.js';
const iamSchemas = 'node_modules/@aws-sdk/client-iam/dist-es/schemas/schemas_0.js';

test('the schemas of a client have constants as plain names of properties, and are otherwise the same', () => {
  const text = 'const _h = "http";\nexport var A = [9, n0, _h, { [_h]: ["POST", "/"], [other]: 1 }];';
  expect(withPlainNames(text)).toBe(
    'const _h = "http";\nexport var A = [9, n0, _h, { "http": ["POST", "/"], [other]: 1 }];',
  );
});

test('the client of IAM has the exceptions of GetRole only', () => {
  const registration = (name: string) => `n0_registry.registerError(${name}$, ${name});\n`;
  const text = `const _e = "error";\n${registration('NoSuchEntityException')}var A = { [_e]: 1 };\n${registration('LimitExceededException')}`;
  expect(replaced(iamSchemas, text)).toBe(
    `const _e = "error";\n${registration('NoSuchEntityException')}var A = { "error": 1 };\n`,
  );
});

test('the client of EKS has no members of the types that functions do not use', () => {
  const unread = unusedMembers.eks.map((type) => `() => ${type}`).join(', ');
  const names = unusedMembers.eks.map((type) => `_${type}`).join(', ');
  const structure = (members: string, types: string) =>
    `export var Cluster$ = [3, n0, _Cl,\n    0,\n    [${members}],\n    [${types}]\n];\n`;
  const registration = 'n0_registry.registerError(ServerException$, ServerException);\n';
  const text = `const _e = "error";\nvar A = { [_e]: 1 };\n${registration}`;
  expect(replaced(schemas, text + structure(`_n, ${names}, _t`, `0, ${unread}, 128 | 0`))).toBe(
    text.replace('[_e]', '"error"') + structure('_n, _t', '0, 128 | 0'),
  );
  expect(() => replaced(schemas, text + structure('_n', '0'))).toThrow('No structure has AccessConfigResponse$');
});

test.each(['dynamodb', 'eks'])('functions use no member of %s that their bundles leave out', async (client) => {
  const path = `node_modules/@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`;
  const text = await readFile(path, 'utf8');
  const namesIn = (schema: string) =>
    [...schema.matchAll(/^ {4}\[([^[\]]*)\],\n {4}\[/gm)].map(([, names = '']) => names.split(', '));
  const left = namesIn(replaced(path, text));
  const removed = namesIn(text).flatMap((all, structure) => all.filter((name) => !left[structure]?.includes(name)));
  const names = removed.map((name) => new RegExp(`^const ${name} = "(\\w+)";$`, 'm').exec(text)?.[1] ?? name);
  expect(names.length).toBeGreaterThan(5);
  const folder = client === 'eks' ? 'src/eks' : 'src/ledger/dynamodb';
  const files = await readdir(folder);
  const code = (await Promise.all(files.map((file) => readFile(`${folder}/${file}`, 'utf8')))).join('\n');
  expect(names.filter((name) => new RegExp(`\\.${name}\\b|\\b${name}: `).test(code))).toEqual([]);
});

test.each([schemas, iamSchemas])('a build fails when %s has nothing to change', (path) => {
  expect(() => replaced(path, 'export const a = 1;')).toThrow('update deploy/replacements.ts');
});

test('the collector of answers gives their bytes, and rejects where an answer is cut off', async () => {
  const path = 'node_modules/@smithy/core/dist-es/submodules/serde/util-stream/stream-collector.js';
  const stdin = { contents: replaced(path, ''), resolveDir: dirname(path) };
  const { outputFiles } = await build({ stdin, bundle: true, platform: 'node', format: 'cjs', write: false });
  const module = { exports: {} as { streamCollector: (stream: Readable) => Promise<Uint8Array> } };
  const run = compileFunction(outputFiles[0]?.text ?? '', ['module']) as (loaded: typeof module) => void;
  run(module);
  const { streamCollector } = module.exports;
  const bytes = await streamCollector(Readable.from([Buffer.from('ans'), Buffer.from('wer')]));
  expect(Buffer.from(bytes).toString()).toBe('answer');
  const stream = new PassThrough();
  const cutOff = streamCollector(stream);
  stream.write('ans');
  stream.destroy(new Error('aborted'));
  await expect(cutOff).rejects.toThrow('aborted');
});
