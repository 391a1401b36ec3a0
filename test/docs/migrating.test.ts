import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { runCommandLine, ServiceError } from '../../packages/client/src/command.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'migrating.md'), 'utf8');
const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));

function blocks(language: string): string[] {
  const found = [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))];
  return found.map(([, code = '']) => code);
}

test('the queries of the page are valid', () => {
  expect(blocks('graphql').length).toBe(1);
  for (const query of blocks('graphql')) expect(validate(schema, parse(query))).toEqual([]);
});

test('the command of the page is accepted, with the token of the commit', async () => {
  const [line = '', ...others] = blocks('sh');
  expect(others).toEqual([]);
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
  expect(sent).toMatchObject([{ namespace: 'payments', clientRequestToken: 'payments-api-0a1b2c3' }]);
});
