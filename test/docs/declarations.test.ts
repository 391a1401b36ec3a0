import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine, ServiceError } from '../../packages/command/src/index.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'declarations.md'), 'utf8');

function blocks(language: string): string[] {
  const found = [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))];
  return found.map(([, code = '']) => code);
}

/** Runs a block of the page until it would send something: the exit code, and the inputs. */
async function runBlock(index: number) {
  expect(blocks('bash')).toHaveLength(3);
  const words = (blocks('bash')[index] ?? '').replaceAll('\\\n', ' ').trim().split(/\s+/);
  const args = words.slice(1).map((word) => word.replaceAll('"', '').replace('$COMMIT', '0a1b2c3'));
  const sent: object[] = [];
  const stopped = (operation: string) => {
    return Promise.reject(new ServiceError('Stopped', operation, 'Nothing is sent in this test.'));
  };
  const code = await runCommandLine(args, {
    environment: {},
    write: () => undefined,
    writeError: () => undefined,
    terminalColumns: null,
    version: 'pod-identity/0.0.0',
    prompter: null,
    call: ({ command, input }) => {
      sent.push(input);
      return stopped(command.operation);
    },
    openSession: (connection) => {
      sent.push(connection);
      return stopped('Session');
    },
  });
  return { code, sent };
}

test('the command of the page that plans the adoption of all clusters is accepted', async () => {
  expect(await runBlock(0)).toMatchObject({ code: 1, sent: [{ endpointUrl: null }] });
});

test.each([
  ['adopts', 1, { associationId: 'a-0123456789abcdefg', clientRequestToken: 'adopt-a-0123456789abcdefg' }],
  ['creates with the token of the commit', 2, { namespace: 'payments', clientRequestToken: 'payments-api-0a1b2c3' }],
])('the command of the page that %s is accepted', async (_, index, expected) => {
  expect(await runBlock(index)).toMatchObject({ code: 254, sent: [expected] });
});
