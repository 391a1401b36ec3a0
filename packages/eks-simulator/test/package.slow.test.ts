// No quick test: it is about programs or packages as they run.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPackages } from '../../../test/support/installed-package.ts';
import type { Consumer } from '../../../test/support/installed-package.ts';
import { clientOf, roleArn, some } from './simulation.ts';

const repository = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

let consumer: Consumer;
let installed: string;

beforeAll(async () => {
  consumer = await installPackages(join(tmpdir(), 'eks-simulator'), ['eks-simulator']);
  installed = consumer.installed('eks-simulator');
});

afterAll(() => consumer.remove());

test('the package holds compiled code, types, world and documentation, and has no dependencies', () => {
  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  const names = readdirSync(join(installed, 'dist'));
  expect(names).toEqual(expect.arrayContaining(['index.d.ts', 'index.js', 'main.js', 'world.json']));
  expect(names.filter((name) => !/\.d\.ts$|\.js$|^world\.json$/.test(name))).toEqual([]);
  const manifest: unknown = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(manifest).not.toHaveProperty('dependencies');
});

test('the installed command serves the AWS SDK and stops on SIGTERM', async () => {
  const command = join(consumer.folder, 'node_modules/.bin/eks-simulator');
  const child = spawn(command, { cwd: consumer.folder, env: { PATH: process.env.PATH, EKS_SIMULATOR_PORT: '0' } });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = some(/http:\/\/127\.0\.0\.1:\d+/.exec(String(line)))[0];
    expect(await clientOf({ url }).create()).toMatchObject({ namespace: 'payments', roleArn });
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

const program = `import { startEksSimulator } from 'eks-simulator';
const simulator = await startEksSimulator();
const association = simulator.control.createAssociation({
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'payments-api',
  roleArn: '${roleArn}',
});
const externalId: string | null = association.externalId;
console.log(externalId);
await simulator.close();
`;

test('a program imports the installed package', async () => {
  const script = program.replace(': string | null', '');
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: consumer.folder });
  expect(stdout).toBe('null\n');
});

test('a TypeScript program resolves the types of the installed package', async () => {
  writeFileSync(join(consumer.folder, 'program.ts'), program);
  const options = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--noEmit', '--skipLibCheck'];
  const types = ['--types', 'node', '--typeRoots', join(repository, 'node_modules/@types')];
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, ...types, 'program.ts'], { cwd: consumer.folder });
});
