import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine, ServiceError } from '../../packages/command/src/index.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'declarations.md'), 'utf8');

function blocks(language: string): string[] {
  const found = [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))];
  return found.map(([, code = '']) => code);
}

test.each([
  ['plans the adoption of a cluster', { clusterName: 'apps-dev', plan: true }],
  ['adopts', { associationId: 'a-0123456789abcdefg', clientRequestToken: 'adopt-a-0123456789abcdefg' }],
  ['creates with the token of the commit', { namespace: 'payments', clientRequestToken: 'payments-api-0a1b2c3' }],
])('the command of the page that %s is accepted', async (_, expected) => {
  expect(blocks('bash')).toHaveLength(3);
  const line = blocks('bash')['plan' in expected ? 0 : 'associationId' in expected ? 1 : 2] ?? '';
  const words = line.replaceAll('\\\n', ' ').trim().split(/\s+/);
  const args = words.slice(1).map((word) => word.replaceAll('"', '').replace('$COMMIT', '0a1b2c3'));
  const sent: object[] = [];
  const exitCode = await runCommandLine(args, {
    environment: {},
    write: () => undefined,
    writeError: () => undefined,
    terminalColumns: null,
    version: 'pod-identity/0.0.0',
    prompter: null,
    call: ({ command, input }) => {
      sent.push(input);
      return Promise.reject(new ServiceError('Stopped', command.operation, 'Nothing is sent in this test.'));
    },
  });
  expect(exitCode).toBe(254);
  expect(sent).toMatchObject([expected]);
});
