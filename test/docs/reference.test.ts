import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPageSettings } from '../../src/app/page-settings.ts';
import { readExpireFunctionSettings } from '../../src/app/expire-settings.ts';
import { readDeliverSettings } from '../../src/app/event-settings.ts';
import { readScanFunctionSettings } from '../../src/app/scan-settings.ts';
import { readGraphqlSettings } from '../../src/app/settings.ts';
import type { Environment } from '../../src/app/environment.ts';
import { readLocalSettings } from '../../packages/local-gateway/src/settings.ts';
import { outcomes } from '../../src/model/outcome.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { enumValues, replaceBlock, tableOf, tableUnder } from '../support/reference.ts';

const root = join(import.meta.dirname, '..', '..');
const file = join(root, 'docs', 'reference.md');
const reference = readFileSync(file, 'utf8');
const schema = readFileSync(join(root, 'schema.graphql'), 'utf8');

const codes = Object.entries<Outcome>(outcomes).filter(([name, { code }]) => code === name);

/** The tables that follow from the code, in the place where the page has them. */
function generated(page: string): string {
  const meanings = enumValues(schema, 'RefusalCode');
  const refusals = codes.map(([code, { retryable }]) => [
    `\`${code}\``,
    meanings.get(code) ?? '',
    retryable ? 'yes' : 'no',
  ]);
  const events = [...enumValues(schema, 'AuditEvent')].map(([event, meaning]) => [`\`${event}\``, meaning]);
  const withRefusals = replaceBlock(page, 'refusals', tableOf(['code', 'meaning', 'retryable'], refusals));
  return replaceBlock(withRefusals, 'events', tableOf(['event', 'meaning'], events));
}

test('the reference lists the refusal codes and audit events of the code (UPDATE_REFERENCE=1 writes them)', () => {
  const page = generated(reference);
  if (process.env.UPDATE_REFERENCE) writeFileSync(file, page);
  else expect(reference).toBe(page);
});

test('every refusal code has a row of the outcome table and a description in the schema', () => {
  const used = new Set(Object.values<Outcome>(outcomes).flatMap(({ code }) => code ?? []));
  expect(new Set(codes.map(([name]) => name))).toEqual(used);
  expect(new Set(enumValues(schema, 'RefusalCode').keys())).toEqual(used);
});

/** The variables that a function reads from its environment. */
function variablesRead(read: (env: Environment) => unknown, values: object = {}) {
  const names = new Set<string>();
  const env = new Proxy(values as Record<string, string>, {
    get: (target, name) => {
      names.add(String(name));
      return target[String(name)];
    },
  });
  read(env);
  return names;
}

const required = {
  HOME_ACCOUNT_ID: '111122223333',
  AWS_REGION: 'eu-central-1',
  IDEMPOTENCY_TABLE: 'idempotency',
  AUDIT_TABLE: 'audit',
  LAMBDA_TASK_ROOT: '/var/task',
  API_ID: 'a1b2c3',
  API_STAGE: '$default',
  JWT_ISSUER: 'https://login.example',
  JWT_AUDIENCE: 'gateway',
  PAGE_CLIENT_ID: 'page',
};
const readers = [
  ...[readGraphqlSettings, readScanFunctionSettings, readExpireFunctionSettings, readDeliverSettings, readPageSettings],
];
const inAws = new Set(readers.flatMap((read) => [...variablesRead(read, required)]));
const both = tableUnder(reference, '### Both');
const onlyInAws = tableUnder(reference, '### Only the functions');
const local = tableUnder(reference, '### Only `npm start`');

test('the reference lists the variables that the functions in AWS read', () => {
  expect(new Set([...both.keys(), ...onlyInAws.keys(), 'LAMBDA_TASK_ROOT'])).toEqual(inAws);
});

test('the reference lists the variables that the local gateway reads', () => {
  const read = variablesRead(readLocalSettings);
  expect(new Set([...both.keys(), ...local.keys(), 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE'])).toEqual(read);
});

/** The first word of the cell with the default. */
const byDefault = new Map([...both, ...local].map(([variable, [cell = '']]) => [variable, /[^`;\s]+/.exec(cell)?.[0]]));
const withoutDefault = [...byDefault].filter(([, value]) => value === 'none').map(([variable]) => variable);

test('the reference names the variables without a default', () => {
  expect(withoutDefault).toEqual([
    ...[
      'COMPILED_POLICY_TABLE',
      'JWT_REQUIRED_SCOPES',
      'DEPLOYED_AT',
      'WEBHOOK_URL',
      'WEBHOOK_SECRET',
      'WEBHOOK_SECRET_ARN',
      'JWT_ISSUER',
      'PAGE_CLIENT_ID',
      'PAGE_SCOPE',
      'PAGE_AUDIENCE',
      'PAGE_RESOURCE',
      'PAGE_CONNECT_ORIGINS',
      'PAGE_URL',
      'WORLD_FILE',
      'AWS_ENDPOINT_URL_EKS',
      'AWS_ENDPOINT_URL_DYNAMODB',
      'ALLOWED_HOSTS',
      'CORS_ORIGINS',
    ],
  ]);
});

/** Some defaults are of EKS only: the simulator has no quota. */
const ofEks = { AWS_ENDPOINT_URL_EKS: 'https://eks.eu-central-1.amazonaws.com' };
const settings = (env: Environment) => JSON.stringify(readLocalSettings(env)).replaceAll(`${root}/`, '');

test.each([...byDefault].filter(([variable]) => !withoutDefault.includes(variable)))(
  'the reference gives the default of %s',
  (variable, value) => {
    expect(settings({ ...ofEks, [variable]: value })).toBe(settings(ofEks));
  },
);

test('the reference gives the defaults that differ with the simulator', () => {
  const rows = [...reference.matchAll(/^\| `(SCAN_\w+)` .*with the simulator: (\d+)/gm)];
  expect(rows).toHaveLength(3);
  for (const [, variable = '', value] of rows) expect(settings({ [variable]: value })).toBe(settings({}));
});

test('the reference lists the parameters of serverless.yml and their defaults', () => {
  const serverless = readFileSync(join(root, 'serverless.yml'), 'utf8');
  const inCode = [...serverless.matchAll(/^ {4}(\w+): \$\{env:(\w+), '(.*)'\}$/gm)];
  // The page says so of every parameter.
  const inCapitals = (name: string) => name.replaceAll(/[A-Z]/g, '_$&').toUpperCase();
  expect(inCode.map(([, , variable]) => variable)).toEqual(inCode.map(([, name = '']) => inCapitals(name)));
  const rows = tableUnder(reference, '### Serverless');
  expect([...rows].map(([name, [value]]) => [name, value])).toEqual(
    inCode.map(([, name, , value]) => [name, /^$|not-set/.test(value ?? '') ? 'none' : `\`${value}\``]),
  );
  const described = new Set([...both.keys(), ...onlyInAws.keys(), ...local.keys()]);
  const isWithout = ([, [, text]]: readonly [string, readonly string[]]) => text === '';
  expect([...rows].filter((row) => isWithout(row) && !described.has(inCapitals(row[0])))).toEqual([]);
});
