import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainDecision } from '../../src/policies/why.ts';
import { runOperator } from '../run-operator.ts';
import { copyOfShipped } from '../../../../test/support/policy-sample.ts';

let folder: string;

beforeEach(() => {
  folder = copyOfShipped();
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The explanation of a shipped case. */
const explain = (name: string) => explainDecision(join(folder, 'cases', name), folder);

test('an allowed request is explained with its permits, and with what would deny it', () => {
  const lines = explain('allow/owner-creates.json');
  expect(lines.slice(0, 2)).toEqual(['allowed by owners-create', '- owners-create, access.cedar:4']);
  expect(lines).toContain('It would not be allowed if');
  expect(lines).toContain('- the principal is not in the group payments-team: denied by default-deny');
});

test('a denied request is explained with message and advice of each violation, and with what lifts each', () => {
  const lines = explain('deny/several-at-once.json');
  expect(lines[0]).toBe('denied by no-default-service-account, production-names-a-person, required-tags');
  expect(lines).toContainEqual(expect.stringMatching(/^- required-tags, guardrails\.cedar:\d+$/));
  expect(lines).toContain('  The tag "team" is missing or empty.');
  expect(lines).toContain(
    '- the tag team has a value: without required-tags, denied by no-default-service-account, production-names-a-person',
  );
  expect(lines).toContain(
    '- the service account has another name: without no-default-service-account, denied by production-names-a-person, required-tags',
  );
});

test.each([
  ['deny/stranger-creates.json', '- the principal is in the group payments-team: allowed by owners-create'],
  [
    'deny/role-of-other-namespace.json',
    '- the role is in account 111122223333 and has the path /pods/payments/: allowed by owners-create',
  ],
  ['deny/session-policy-with-session-tags.json', '- session tags are disabled: allowed by owners-create'],
  ['deny/update-to-target-role-in-unlisted-account.json', '- there is no target role: allowed by owners-update'],
  ['deny/service-in-production-names-nobody.json', '- onBehalfOf is alice@example.com: allowed by owners-create'],
  [
    'deny/service-deletes-in-production-for-nobody.json',
    '- the cluster is 111122223333/eu-central-1/apps-dev: allowed by owners-delete',
  ],
  ['deny/unlisted-actor.json', '- no service acts for the principal: allowed by owners-create'],
])('%s would be allowed by a single change', (name, line) => {
  expect(explain(name)).toContain(line);
});

test('names whom a denial concerns', () => {
  const lines = explain('deny/service-creates-for-a-person-without-permission.json');
  expect(lines).toContain('- default-deny (denied to ON_BEHALF_OF)');
  expect(lines).toContain('- onBehalfOf is not set: allowed by owners-create');
});

test('tries later times', () => {
  const friday =
    '@id("friday") @message("m") @advice("a") forbid (principal, action, resource) when { context.weekday == "Monday" };';
  writeFileSync(join(folder, 'friday.cedar'), friday);
  expect(explain('allow/owner-creates.json')).toContain(
    '- the request is sent 24 hours later: allowed by owners-create',
  );
});

test('prints the policy that no tried change lifts', () => {
  const text =
    '@id("never")\n@message("m")\n@advice("a")\nforbid (principal, action, resource) when { context.hour < 24 };';
  writeFileSync(join(folder, 'never.cedar'), text);
  const lines = explain('allow/owner-creates.json');
  expect(lines.slice(-2)).toEqual(['No tried change lifts never, never.cedar:1:', text]);
});

test('needs no expected decision in the file', async () => {
  const file = join(folder, 'question.json');
  const principal = { id: 'https://issuer.example#pat', kind: 'USER', groups: ['platform-admins'] };
  writeFileSync(
    file,
    JSON.stringify({ context: { principal }, request: { action: 'ReadAuditTrail', scope: { kind: 'gateway' } } }),
  );
  const { status, stdout, stderr } = await runOperator(['policies', 'why', file, folder]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^allowed by platform-admins\n- platform-admins, access\.cedar:\d+\n/);
});

test('says what is wrong with a case, and rejects a missing argument', async () => {
  const file = join(folder, 'question.json');
  writeFileSync(file, '{}');
  expect(() => explainDecision(file, folder)).toThrow('context: is missing');
  const { status, stderr } = await runOperator(['policies', 'why']);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^CASE is missing: JSON file /) });
});
