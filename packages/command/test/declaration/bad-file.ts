import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLine } from '../host.ts';

const folder = mkdtempSync(join(tmpdir(), 'bad-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = { POD_IDENTITY_ENDPOINT_URL: 'http://127.0.0.1:1', POD_IDENTITY_TOKEN: 'none' };

/** The problems that `plan` prints for a file, as `line:column: message`. Nothing is sent. */
export async function problemsOf(content: string | Uint8Array): Promise<readonly string[]> {
  const file = join(folder, 'bindings.yaml');
  writeFileSync(file, content);
  const { code, stdout, stderr } = await runLine(['plan', '-f', file], { environment });
  expect([code, stdout]).toEqual([1, '']);
  const [head, ...lines] = stderr.trim().split('\n');
  expect(head).toMatch(/The declaration has \d+ problems?:$/);
  return lines.map((line) => line.replace(`${file}:`, '').trim());
}

export const head = 'version: 1\nname: payments\nbindings:\n';
export const binding = `  - roleArn: arn:aws:iam::{accountId}:role/pods/{namespace}/api
    clusters: [apps-dev]
    namespaces: [payments]
    serviceAccounts: [api]
`;

/** A binding with an unknown field at column 18 of its second line. */
export const wrong = (text: string) => text.replace('[apps-dev]', '[{ zone: eu-central-1 }]');
