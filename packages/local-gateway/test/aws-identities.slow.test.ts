// Quick test: packages/local-gateway/test/http-api/iam-authorizer.test.ts.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from '../../client/src/client/sign.ts';
import { loadSecretAccessKey } from '../src/aws-identities.ts';
import { startServerProcess } from '../../../test/support/server-process.ts';

let parent: string;
let folder: string;
let file: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'identities-'));
  folder = join(parent, '.local');
  file = join(folder, 'aws-secret-access-key');
});

afterEach(() => rm(parent, { recursive: true }));

test('a folder has a secret access key of its own, which only its owner may read', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => loadSecretAccessKey(folder)));
  expect(new Set(secrets).size).toBe(1);
  expect(secrets[0]).toMatch(/^[\w-]{40}$/);
  expect(await loadSecretAccessKey(folder)).toBe(secrets[0]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toBe(secrets[0]);
  expect(await loadSecretAccessKey(join(parent, 'other'))).not.toBe(secrets[0]);
});

test.each(['', 'short', `${'x'.repeat(40)}\n${'x'.repeat(40)}`])(
  'a file with %j is refused by name',
  async (content) => {
    await loadSecretAccessKey(folder);
    await writeFile(file, content);
    await expect(loadSecretAccessKey(folder)).rejects.toThrow(`${file} is not a secret access key. Delete this file`);
  },
);

test('the IAM route accepts the secret of the folder, also after a restart, and no other', async () => {
  const body = '{"query":"{ viewer { id } }"}';
  const statusWith = async (secretAccessKey: string) => {
    const server = await startServerProcess({ LOCAL_FOLDER: folder });
    try {
      const url = new URL(server.url.replace('/graphql', '/iam/graphql'));
      const unsigned = { url, headers: { 'content-type': 'application/json' }, body };
      const headers = await sign(unsigned, { accessKeyId: 'ci-deployer', secretAccessKey }, 'eu-central-1');
      return (await fetch(url, { method: 'POST', headers, body })).status;
    } finally {
      await server.stop();
    }
  };
  const secret = await loadSecretAccessKey(folder);
  expect(await statusWith(secret)).toBe(200);
  expect(await statusWith('local')).toBe(403);
  expect(await statusWith(secret)).toBe(200);
});
