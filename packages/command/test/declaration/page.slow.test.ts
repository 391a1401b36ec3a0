// No quick test: it is about programs or packages as they run.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readDeclaration } from '../../src/declaration/read.ts';
import { runScript } from '../github-runner.ts';
import { installPackages } from '../../../../test/support/installed-package.ts';
import type { Consumer } from '../../../../test/support/installed-package.ts';
import { startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

const repository = join(import.meta.dirname, '../../../..');
const page = readFileSync(join(repository, 'docs/declarations.md'), 'utf8');
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);
const [declaration = ''] = blocksOf('yaml');
const folder = mkdtempSync(join(tmpdir(), 'declarations-page-'));

let consumer: Consumer;
let fleet: ScannedGateway;

beforeAll(async () => {
  [consumer, fleet] = await Promise.all([
    installPackages(join(tmpdir(), 'declarations-page'), ['pod-identity-command']),
    startScannedGateway(),
  ]);
  await fleet.observe();
  writeFileSync(join(folder, 'bindings.yaml'), declaration);
});

afterAll(async () => {
  await fleet.close();
  consumer.remove();
  rmSync(folder, { recursive: true });
});

test('the declaration of the page is valid', () => {
  expect(readDeclaration([{ file: 'bindings.yaml', text: declaration }])).toMatchObject({
    kind: 'declaration',
    declaration: { name: 'payments' },
  });
});

test('the commands of the page run in their order', async () => {
  const account = {
    name: 'api',
    namespace: 'payments',
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/a' },
  };
  const serviceAccounts = { items: [{ kind: 'ServiceAccount', metadata: account }] };
  writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\necho '${JSON.stringify(serviceAccounts)}'\n`);
  chmodSync(join(folder, 'kubectl'), 0o755);
  const env = {
    PATH: `${folder}:${dirname(consumer.bin)}:${process.env.PATH ?? ''}`,
    HOME: folder,
    POD_IDENTITY_ENDPOINT_URL: fleet.gateway.url,
    POD_IDENTITY_TOKEN: await fleet.gateway.tokenOf('alice'),
  };
  // A plan with changes exits with 2.
  for (const block of blocksOf('sh')) await runScript(`(${block}) || test $? = 2`, { cwd: folder, env });
  for (const file of ['plan.inverse.yaml', 'back.json', 'exported.yaml', 'from-irsa.yaml']) {
    expect([file, existsSync(join(folder, file))]).toEqual([file, true]);
  }
});
