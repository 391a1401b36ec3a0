// Quick test: test/deploy/replacements.test.ts.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { budgets, bundleProblems } from '../../deploy/bundle-rules.ts';
import { writeCodeCache } from '../../deploy/optimize.ts';
import { startBudgets, startProblems } from '../../deploy/start-budgets.ts';
import { compiledInventoryFile, readCompiledInventory } from '../../src/policy/inventory/compiled.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { copyBuild } from '../support/lambda-package.ts';

// A build takes a second where nothing else runs.
/** A metafile of one bundle, of these inputs and with imports of these modules. */
function metafile(inputs: readonly string[], imports: readonly string[] = []): Metafile {
  const bytesInOutput = Object.fromEntries(inputs.map((path) => [path, { bytesInOutput: 1 }]));
  const external = imports.map((path) => ({ path, kind: 'require-call', external: true }) as const);
  const output = {
    entryPoint: 'src/lambda/graphql.ts',
    inputs: bytesInOutput,
    imports: external,
    exports: [],
    bytes: 1,
  };
  return { inputs: {}, outputs: { 'dist/graphql.cjs': output } };
}

const good = [
  'src/lambda/graphql.ts',
  'node_modules/@apollo/server/dist/esm/index.js',
  'node_modules/@apollo/server/dist/esm/errors/index.js',
  'node_modules/graphql/index.mjs',
  'node_modules/graphql/language/ast.mjs',
  'node_modules/@other/graphql/index.js',
];

describe('A bundle', () => {
  test('with one copy of each package is valid', () => {
    expect(bundleProblems(metafile(good, ['node:fs', 'node:crypto']))).toEqual([]);
  });

  test.each([
    ['another build of Apollo Server', 'node_modules/@apollo/server/dist/cjs/index.js', 'copies of @apollo/server'],
    ['another build of graphql', 'node_modules/graphql/index.js', 'copies of graphql'],
    ['a graphql of a package', 'node_modules/x/node_modules/graphql/index.mjs', 'copies of graphql'],
    ['the local gateway', 'packages/local-gateway/src/gateway.ts', 'packages/local-gateway/src/gateway.ts'],
    ['a test', 'test/gateway.ts', 'test/gateway.ts'],
    ['a command', 'packages/operator/src/policies/check.ts', 'packages/operator/src/policies/check.ts'],
    ['the demo', 'packages/local-gateway/src/demo/steps.ts', 'packages/local-gateway/src/demo/steps.ts'],
    ['the EKS simulator', 'packages/eks-simulator/src/index.ts', 'packages/eks-simulator/src/index.ts'],
  ])('with %s is not valid', (_what, path, problem) => {
    expect(bundleProblems(metafile([...good, path]))).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    'node_modules/@apollo/usage-reporting-protobuf/generated/esm/protobuf.js',
    'node_modules/@graphql-tools/utils/esm/index.js',
    'node_modules/@aws-sdk/credential-provider-sso/dist-es/index.js',
    'node_modules/undici/index.js',
  ])('with %s, which no function needs, is not valid', (path) => {
    expect(bundleProblems(metafile([...good, path]))).toEqual([
      expect.stringContaining(`${path}, which no function needs`),
    ]);
  });

  test('with credentials from the environment and from an assumed role is valid', () => {
    const names = ['credential-provider-env', 'credential-providers'];
    const paths = names.map((name) => `node_modules/@aws-sdk/${name}/dist-es/index.js`);
    expect(bundleProblems(metafile([...good, ...paths]))).toEqual([]);
  });

  test('with more modules or bytes than its budget is not valid', () => {
    const { modules = 0, bytes = 0 } = budgets['src/lambda/graphql.ts'] ?? {};
    const many = Array.from({ length: modules + 1 }, (_, index) => `src/one/${index}.ts`);
    expect(bundleProblems(metafile(many))).toEqual([expect.stringContaining(`of ${modules + 1} modules`)]);
    const [[name, output] = ['', undefined]] = Object.entries(metafile(good).outputs);
    const outputs = { [name]: { ...output, bytes: bytes + 1 } } as Metafile['outputs'];
    expect(bundleProblems({ inputs: {}, outputs })).toEqual([expect.stringContaining(`has ${bytes + 1} bytes`)]);
  });

  test('beyond its budget is not valid, and the packages with most bytes in it are named', () => {
    const sizes = {
      'src/graphql/one.ts': 1_000,
      'src/graphql/limits/two.ts': 2_000,
      'node_modules/a/index.mjs': 200,
      'node_modules/@scope/grown/dist/one.js': 300_000,
      'node_modules/@scope/grown/dist/two.js': 300_000,
      'node_modules/c/node_modules/d/index.js': 700,
      'node_modules/e/index.js': 500,
      'node_modules/f/index.js': 1_200_000,
    };
    const inputs = Object.fromEntries(Object.entries(sizes).map(([path, bytesInOutput]) => [path, { bytesInOutput }]));
    const [[name, output] = ['', undefined]] = Object.entries(metafile(good).outputs);
    const outputs = { [name]: { ...output, bytes: 1_804_400, inputs } } as Metafile['outputs'];
    const largest = 'f 1200000, @scope/grown 600000, src/graphql 3000, d 700, e 500.';
    expect(bundleProblems({ inputs: {}, outputs })).toEqual([
      expect.stringMatching(new RegExp(`The largest parts, in bytes: ${largest}$`)),
    ]);
  });

  test.each(['node:sqlite', 'sqlite'])('that loads %s is not valid', (name) => {
    expect(bundleProblems(metafile(good, [name]))).toEqual([expect.stringContaining(name)]);
  });
});

describe('A start', () => {
  const sizes = (changed: Readonly<Record<string, number>>) =>
    new Map(
      Object.entries({
        'graphql.cjs': 1_000_000,
        'policies/policy-set.json': 30_000,
        'scan.cjs': 90_000_000,
        ...changed,
      }),
    );

  test('that reads as much as its budgets is valid, whatever else the package has', () => {
    expect(
      startProblems(sizes({ 'graphql.cjs': startBudgets.code, 'policies/policy-set.json': startBudgets.policies })),
    ).toEqual([]);
  });

  test('that reads more code than its budget is not valid, and the files with most bytes are named', () => {
    const files = { 'cedar_wasm_bg.wasm': startBudgets.code, 'graphql.cjs.cache': 2_000_000 };
    expect(startProblems(sizes(files))).toEqual([
      `A start reads ${startBudgets.code + 3_000_000} bytes of code, more than its budget of ${startBudgets.code} in deploy/start-budgets.ts: ` +
        `cedar_wasm_bg.wasm ${startBudgets.code}, graphql.cjs.cache 2000000, graphql.cjs 1000000.`,
    ]);
  });

  test('that reads more policies and inventory than its budget is not valid, and the files with most bytes are named', () => {
    const files = { 'policies/inventory.json': 4_000_000, 'cedar-snapshot.bin': startBudgets.policies };
    expect(startProblems(sizes(files))).toEqual([
      expect.stringMatching(
        / bytes of policies, inventory and issuers, .*: cedar-snapshot\.bin \d+, policies\/inventory\.json 4000000, policies\/policy-set\.json 30000\.$/,
      ),
    ]);
  });
});

describe('The build', () => {
  const root = join(import.meta.dirname, '..', '..');
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'build-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const build = (...args: string[]) =>
    new Promise<{ exitCode: number; output: string }>((resolve) => {
      execFile(process.execPath, ['deploy/build.ts', ...args], { cwd: root }, (error, stdout, stderr) => {
        resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
      });
    });

  test('rejects policies that fail a case', async () => {
    const policies = join(folder, 'policies');
    cpSync(join(root, 'policies'), policies, { recursive: true });
    const access = join(policies, 'access.cedar');
    writeFileSync(access, readFileSync(access, 'utf8').replace(/^permit/gm, 'forbid'));
    const outdir = join(folder, 'dist');
    expect((await build('--policies', policies, '--outdir', outdir)).exitCode).toBe(1);
    expect(readdirSync(outdir)).toEqual([]);
  });

  test.each<[string, (file: string) => void]>([
    ['empty', (file) => writeFileSync(file, '')],
    ['missing', (file) => rmSync(file)],
  ])('rejects policies whose guardrails.cedar is %s', async (_what, change) => {
    const policies = join(folder, 'policies');
    cpSync(join(root, 'policies'), policies, { recursive: true });
    change(join(policies, 'guardrails.cedar'));
    const outdir = join(folder, 'dist');
    const { exitCode, output } = await build('--policies', policies, '--outdir', outdir);
    expect({ exitCode, output }).toEqual({
      exitCode: 1,
      output: expect.stringContaining('lacks policies that required-policies.json lists: role-in-cluster-account, '),
    });
    expect(readdirSync(outdir)).toEqual([]);
  });

  test('packages the inventory of --inventory, not the one of the cases, and the issuers of --issuers', async () => {
    const inventory = join(folder, 'ours.json');
    const text = readFileSync(join(root, 'policies', 'inventory.json'), 'utf8').replaceAll('payments', 'billing');
    writeFileSync(inventory, text);
    const issuers = join(folder, 'issuers.json');
    const jwks = { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] };
    writeFileSync(issuers, JSON.stringify([{ issuer: 'https://login.example', audiences: ['gateway'], jwks }]));
    const outdir = join(folder, 'dist');
    const { exitCode, output } = await build('--inventory', inventory, '--issuers', issuers, '--outdir', outdir);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringContaining('with 1 packaged keys') });
    // The create whose code is in the code cache.
    expect(output).toContain('"status":"SUCCEEDED"');
    expect(readFileSync(join(outdir, 'policies', 'inventory.json'), 'utf8')).toBe(text);
    const compiled = readFileSync(join(outdir, 'policies', compiledInventoryFile), 'utf8');
    expect(readCompiledInventory(compiled, Buffer.from(text))).toEqual(parseInventory(text));
    expect(readFileSync(join(outdir, 'issuers.json'))).toEqual(readFileSync(issuers));
  });

  test('packages an empty list of issuers without --issuers', async () => {
    await copyBuild(folder);
    expect(readFileSync(join(folder, 'dist', 'issuers.json'), 'utf8')).toBe('[]');
  });

  test('writes the same code cache on a machine that stands still while the function waits for AWS', async () => {
    await copyBuild(folder);
    const outdir = join(folder, 'dist');
    const cacheWith = async (stallMs: string) => {
      const file = join(outdir, 'graphql.cjs.cache');
      rmSync(file);
      // Every request of the first four waits so long, in which the function does not run either.
      const stall = `import { Server } from 'node:http';
        const { emit } = Server.prototype;
        let left = 4;
        Server.prototype.emit = function (name, ...given) {
          if (name === 'request' && left-- > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${stallMs});
          return emit.call(this, name, ...given);
        };`;
      await writeCodeCache(outdir, ['--import', `data:text/javascript,${encodeURIComponent(stall)}`]);
      return createHash('sha256').update(readFileSync(file)).digest('hex');
    };
    // Numbers of the same length, as the text has no other difference.
    expect(await cacheWith('2e3')).toBe(await cacheWith('1e0'));
  });

  test('rejects an invalid inventory', async () => {
    const inventory = join(folder, 'ours.json');
    writeFileSync(inventory, '{}');
    const { exitCode, output } = await build('--inventory', inventory, '--outdir', join(folder, 'dist'));
    const message = expect.stringContaining(`${inventory} is not valid`) as string;
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: message });
    expect(readdirSync(join(folder, 'dist'))).toEqual([]);
  });

  test('rejects an invalid file of issuers', async () => {
    const issuers = join(folder, 'issuers.json');
    writeFileSync(issuers, JSON.stringify([{ issuer: 'https://login.example' }]));
    const { exitCode, output } = await build('--issuers', issuers, '--outdir', join(folder, 'dist'));
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: expect.stringContaining('0.audiences: is missing') });
    expect(readdirSync(join(folder, 'dist'))).toEqual([]);
  });

  test('does not empty a folder other than dist', async () => {
    mkdirSync(join(folder, 'mine'));
    const { exitCode, output } = await build('--outdir', folder);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: expect.stringContaining('is not empty') });
    expect(readdirSync(folder)).toEqual(['mine']);
  });
});
