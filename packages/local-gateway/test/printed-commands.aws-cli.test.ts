import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { awsCli, missingAwsCli } from '../../../test/support/aws-cli.ts';
import { createDocument } from '../../../test/support/documents.ts';
import type { Payload } from '../../../test/support/documents.ts';
import { input } from '../../../test/support/gateway.ts';
import { testUnless } from '../../../test/support/requires.ts';
import { startServerProcess } from '../../../test/support/server-process.ts';
import type { ServerProcess } from '../../../test/support/server-process.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'printed-'));
  server = await startServerProcess({ LOCAL_FOLDER: folder });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** The command that `npm start` prints after a label, over one or several lines. */
function printedCommand(label: string): string {
  const start = server.printed.findIndex((line) => line.startsWith(label));
  const lines = server.printed.slice(start);
  const end = lines.findIndex((line) => !line.endsWith('\\'));
  return lines
    .slice(0, end + 1)
    .join('\n')
    .slice(label.length)
    .trim();
}

/** Runs a command in a shell on a machine without settings of AWS or of the gateway, as another terminal. */
async function runInShell(command: string, path = process.env.PATH): Promise<unknown> {
  const others = Object.entries(process.env).filter(([name]) => !/^AWS_|^(LOCAL_FOLDER|WORLD_FILE)$/.test(name));
  const env = { ...Object.fromEntries(others), HOME: folder, PATH: path };
  const { stdout } = await run('bash', ['-c', command], { cwd: root, env });
  return JSON.parse(stdout);
}

test('npm start prints an AWS CLI command with endpoint, region and credentials', () => {
  const command = printedCommand('Associations:');
  expect(command).toMatch(
    /^AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws eks list-pod-identity-associations /,
  );
  expect(command).toContain(`--cluster-name apps-dev --region eu-central-1 --endpoint-url ${server.eksUrl}`);
});

testUnless(missingAwsCli)('the printed AWS CLI command works without AWS settings', async () => {
  const path = [dirname(awsCli ?? ''), process.env.PATH].join(delimiter);
  expect(await runInShell(`${printedCommand('Associations:')} --output json`, path)).toEqual({ associations: [] });
});

/** Creates an association with the token that `npm run --silent token -- alice` prints. */
async function create(): Promise<Payload> {
  const command = join(import.meta.dirname, '../src/token.ts');
  const token = await run(process.execPath, [command, 'alice'], { env: { LOCAL_FOLDER: folder } });
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.stdout.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: createDocument, variables: { input } }),
  });
  const { data } = (await response.json()) as { data: { create: Payload } };
  return data.create;
}

testUnless(missingAwsCli)('the AWS CLI shows an association that the gateway created', async () => {
  const { status, association } = await create();
  expect(status).toBe('SUCCEEDED');
  const id = association?.associationId ?? '';
  const path = [dirname(awsCli ?? ''), process.env.PATH].join(delimiter);
  const list = `${printedCommand('Associations:')} --output json`;
  expect(await runInShell(list, path)).toMatchObject({ associations: [{ associationId: id, serviceAccount: 'api' }] });
  const describe = list.replace('list-pod-identity-associations', 'describe-pod-identity-association');
  const described = (await runInShell(`${describe} --association-id ${id}`, path)) as {
    association: Record<string, unknown>;
  };
  const { tags = [], modifiedAt, ...same } = association ?? {};
  const shown = described.association;
  for (const field of ['clusterName', 'namespace', 'serviceAccount', 'roleArn', 'associationArn', 'associationId']) {
    expect(shown[field]).toBe((same as Record<string, unknown>)[field]);
  }
  expect(shown.tags).toEqual(Object.fromEntries(tags.map(({ key, value }) => [key, value])));
  expect(Date.parse(String(shown.modifiedAt))).toBe(Date.parse(String(modifiedAt)));
});

test('the printed request is answered, also in a terminal without the folder of the server', async () => {
  expect(await runInShell(printedCommand('A request:'))).toEqual({
    data: {
      viewer: { id: expect.stringContaining('alice'), kind: 'USER', groups: expect.arrayContaining(['payments-team']) },
    },
  });
});

test('the printed signed request is answered, as the role in the inventory', async () => {
  const id = 'iam:111122223333:role/ci-deployer';
  expect(await runInShell(printedCommand('Signed:'))).toEqual({
    data: { viewer: { id, kind: 'SERVICE', groups: ['payments-team'] } },
  });
});

test('a user of IAM Identity Center has the groups of the permission set', async () => {
  const command = printedCommand('Signed:').replace('ci-deployer', 'platform-admin');
  const id = 'iam:111122223333:role/AWSReservedSSO_PlatformAdmin_0123456789abcdef/pat';
  expect(await runInShell(command)).toEqual({ data: { viewer: { id, kind: 'USER', groups: ['platform-admins'] } } });
});
