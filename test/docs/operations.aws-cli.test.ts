import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, parse, validate } from 'graphql';
import { answerError, startAnsweringServer } from '../support/answering-server.ts';
import { awsCli, missingAwsCli } from '../support/aws-cli.ts';
import { testUnless } from '../support/requires.ts';
import { operatorPages } from '../support/runbook.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const page = operatorPages;
const logs = read('docs', 'logs.md');
const alarms = read('deploy', 'alarms.yml');
/** Alarms that are only conditions of NoTrafficAlarm. */
const conditions = ['NoRequestsAlarm', 'SteadyRequestsAlarm'];

/** The blocks of a language; those of a list are indented. */
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^( *)\`\`\`${language}\n([^]*?)^ *\`\`\`$`, 'gm'))].map(([, indent = '', text = '']) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );

test('the page has a row for every alarm', () => {
  const files = alarms + read('deploy', 'release.yml');
  const inStack = [...files.matchAll(/^ {2}(\w+):\n {4}Type: AWS::CloudWatch::(?:Composite)?Alarm$/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !conditions.includes(name));
  const cells = [...page.matchAll(/^\| (`\w+Alarm`[^|]*)/gm)].map(([, cell = '']) => cell);
  const rows = cells.flatMap((cell) => [...cell.matchAll(/`(\w+Alarm)`/g)].map(([, name]) => name));
  expect(rows.sort()).toEqual(inStack.sort());
  expect(rows).not.toHaveLength(0);
});

test('the page lists every message of the log', () => {
  const sources = globSync('src/**/*.ts', { cwd: root }).filter((file) => !/^src\/(local|demo|cli)\//.test(file));
  const calls = sources.flatMap((file) => [...read(file).matchAll(/\blog\(\s*[^,()]+,\s*'([^']+)'/g)]);
  const section = logs.slice(logs.indexOf('## Logs'), logs.indexOf('## Metrics'));
  const listed = [...section.matchAll(/^\| [a-z, ]+ \| `([^`]+)`/gm)].map(([, message]) => message);
  expect(new Set(listed)).toEqual(new Set(calls.map(([, message]) => message)));
});

test('every message that a metric counts is on the page of the log', () => {
  const counted = [...alarms.matchAll(/\$\.message = "([^"]+)"/g)].map(([, message]) => message ?? '');
  expect(counted).not.toHaveLength(0);
  for (const message of counted) expect(logs).toContain(`\`${message}\``);
});

const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));

test.each(blocks('graphql'))('the schema has what is queried: %s', (query) => {
  expect(validate(schema, parse(query))).toEqual([]);
});

// One command a block, which may go on over several lines.
const commands = blocks('sh').filter((block) => block.startsWith('aws '));

test('the page has commands', () => {
  expect(commands.length).toBeGreaterThan(10);
});

testUnless(missingAwsCli).each(commands)(
  'the AWS CLI accepts and sends %s',
  async (command) => {
    const service = await startAnsweringServer((response) => answerError(response, 400, 'Refused', 'This is not AWS.'));
    const env = {
      ...{ STAGE: 'prod', STACK: 'pod-identity-gateway-prod', LOGS: '/aws/lambda/pod-identity-gateway-prod' },
      QUERY_ID: 'query',
      ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
      ...{ AWS_ENDPOINT_URL: service.endpoint, AWS_MAX_ATTEMPTS: '1', AWS: awsCli ?? '', PATH: process.env.PATH },
    };
    const text = command.trimEnd().replace(/^aws /, '"$AWS" ');
    const errors = await run('bash', ['-c', text], { env }).then(
      () => '',
      (error: unknown) => (error as { stderr: string }).stderr,
    );
    await service.stop();
    // Parameters that the model of the service does not have are refused before anything is sent.
    expect({ errors, requests: service.seen.length }).toEqual({ errors: expect.any(String), requests: 1 });
  },
  30_000,
);
