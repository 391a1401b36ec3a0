import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDeclaration } from '../../src/declaration/read.ts';
import { runLine } from '../host.ts';

const folder = mkdtempSync(join(tmpdir(), 'irsa-'));
const pathOf = (name: string) => join(folder, name);

afterAll(() => rmSync(folder, { recursive: true }));

const account = (name: string) => ({
  kind: 'ServiceAccount',
  metadata: {
    name,
    namespace: 'payments',
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/pods/payments/api' },
  },
});
writeFileSync(pathOf('dev.json'), JSON.stringify({ items: [account('api')] }));
writeFileSync(pathOf('prod.json'), JSON.stringify({ items: [account('api'), account('worker')] }));

const dev = ['irsa', '-f', pathOf('dev.json'), '--cluster-name', 'apps-dev'];

test('irsa prints the declaration on standard output, and the steps on standard error', async () => {
  const { code, stdout, stderr } = await runLine(dev);
  expect(code).toBe(0);
  expect(readDeclaration(stdout)).toMatchObject({ kind: 'declaration', declaration: { name: 'from-irsa' } });
  expect(stderr).toContain('aws eks create-addon --cluster-name apps-dev --addon-name eks-pod-identity-agent');
  expect(stderr).toContain('"sts:TagSession"');
});

test('irsa writes the declaration of several clusters into a file, and prints the steps', async () => {
  const files = [pathOf('dev.json'), pathOf('prod.json')].join(',');
  const to = [
    '--file',
    files,
    '--cluster-name',
    'apps-dev,apps-prod',
    '-o',
    pathOf('bindings.yaml'),
    '--name',
    'moved',
  ];
  const { code, stdout, stderr } = await runLine(['irsa', ...to]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('(2 clusters)');
  const read = readDeclaration(readFileSync(pathOf('bindings.yaml'), 'utf8'));
  expect(read).toMatchObject({ declaration: { name: 'moved', bindings: [{}, {}] } });
});

test('irsa prints data where a format is wanted', async () => {
  const { stdout } = await runLine([...dev, '--output', 'json', '--query', 'roles[].clusterNames']);
  expect(JSON.parse(stdout)).toEqual([['apps-dev']]);
});

test.each([
  ['a file that does not exist', ['irsa', '-f', pathOf('none'), '--cluster-name', 'c'], "can't be read"],
  ['a file of something else', ['irsa', '-f', import.meta.filename, '--cluster-name', 'c'], 'not valid JSON'],
  ['fewer clusters than files', ['irsa', '-f', 'a,b', '--cluster-name', 'c'], 'as many --cluster-name'],
  ['a missing option', ['irsa', '-f', 'a'], '--cluster-name'],
  ['an input document', [...dev, '--cli-input-json', '{}'], 'Unknown options: --cli-input-json'],
])('irsa ends with 1 for %s', async (_, line, message) => {
  expect(await runLine(line)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});
