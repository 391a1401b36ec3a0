// No quick test.
import { appendFileSync, copyFileSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies } from '../../src/policies/check.ts';
import { runOperator } from '../run-operator.ts';
import {
  copyWithoutExamples,
  forbidWhen,
  onCreate,
  replaceIn,
  request,
  shipped,
} from '../../../../test/support/policy-sample.ts';

const { roleArn } = request;

let folder: string;

beforeEach(() => {
  folder = copyWithoutExamples();
});

afterEach(() => rmSync(folder, { recursive: true }));

const addExamples = () => cpSync(join(shipped, 'examples'), join(folder, 'examples'), { recursive: true });

test('the shipped policies pass, with a summary in one line', async () => {
  const { status, stdout, stderr } = await runOperator(['policies', 'check']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^\d+ policies, \d+ cases, 0 failures; policy set [0-9a-f]{64}, inventory [0-9a-f]{64}\n$/);
});

test('names each case with an unexpected result, and each policy without a case', async () => {
  replaceIn(join(folder, 'guardrails.cedar'), 'serviceAccount == "default"', 'serviceAccount == "none"');
  const extra = '@id("extra") permit (principal in PodIdentity::Group::"x", action, resource);';
  appendFileSync(join(folder, 'access.cedar'), extra);
  const { status, stdout, stderr } = await runOperator(['policies', 'check', folder]);
  expect(status).toBe(1);
  expect(stderr).toContain('FAILED cases/deny/default-service-account.json: The service account default');
  expect(stderr).toContain('expected: denied by no-default-service-account; found: allowed by owners-create');
  expect(stderr).toContain('FAILED cases/deny/update-for-default-service-account.json: ');
  expect(stderr).toContain('FAILED extra: no case names this policy');
  expect(stderr).toContain('FAILED cases/deny/planner-checks-a-forbidden-create.json: ');
  expect(stdout).toContain('6 failures');
});

test('says which cases a new rule also denies, without failing those that do not depend on it', async () => {
  addExamples();
  const rule = forbidWhen('!resource.hasTag("cost-center")', onCreate).replace('"condition"', '"cost-center-tag"');
  writeFileSync(join(folder, 'team.cedar'), rule);
  const { status, stdout, stderr } = await runOperator(['policies', 'check', folder]);
  expect(status).toBe(1);
  expect(stderr.split('\n')).toEqual([
    // It is decided by all policies: what an owner can do at all.
    expect.stringContaining('FAILED cases/allow/owner-creates.json: '),
    '  expected: allowed by owners-create; found: denied by cost-center-tag',
    'FAILED cost-center-tag: no case names this policy. Add one that it decides.',
    '',
  ]);
  const [allowed = '', denied = '', summary] = stdout.split('\n');
  expect(allowed).toMatch(
    /^cost-center-tag denies 34 cases that the policies in dependsOn allow: cases\/allow\/admin-creates-anywhere\.json, /,
  );
  expect(allowed).toContain(', examples/cases/allow/role-team-tag-of-the-namespace.json');
  expect(denied).toMatch(/^cost-center-tag is one more reason in \d\d cases that are denied anyway$/);
  expect(summary).toMatch(/^32 policies, \d+ cases, 2 failures;/);
});

test('fails the cases of what people can do at all if a new rule denies every request', () => {
  writeFileSync(join(folder, 'team.cedar'), forbidWhen('true'));
  const { failures } = checkPolicies(folder);
  expect(failures.filter((one) => one.startsWith('cases/')).map((one) => one.split(':')[0])).toEqual([
    'cases/allow/admin-deletes-anywhere.json',
    'cases/allow/admin-tags-anywhere.json',
    'cases/allow/admin-untags-anywhere.json',
    'cases/allow/auditor-reads-everything.json',
    'cases/allow/owner-creates.json',
    'cases/allow/owner-deletes.json',
    'cases/allow/owner-gives-team-tag-another-value.json',
    'cases/allow/owner-lists.json',
    'cases/allow/owner-reads-trail.json',
    'cases/allow/owner-tags-what-has-no-team-tag.json',
    'cases/allow/owner-tags.json',
    'cases/allow/owner-untags.json',
    'cases/allow/owner-updates.json',
    'cases/allow/owner-views.json',
    'cases/allow/planner-checks-a-removal-of-tags.json',
    'cases/allow/planner-checks-tags.json',
    'cases/allow/service-tags-in-production-for-a-person.json',
  ]);
});

test('prints warnings, which do not fail the check', async () => {
  replaceIn(join(folder, 'inventory.json'), '"payments-*"', '"payments-x*" , "owners": [] }, { "name": "payments-*"');
  const { status, stderr } = await runOperator(['policies', 'check', folder]);
  expect(status).toBe(0);
  expect(stderr).toBe('WARNING namespaces: "payments-x*" overrides "payments-*" for the names that both match.\n');
});

test(`reports the cause of a case that can't be evaluated`, () => {
  replaceIn(join(folder, 'cases/allow/owner-creates.json'), 'arn:aws:iam', 'arn:aws:sts');
  const { failures } = checkPolicies(folder);
  expect(failures).toEqual([expect.stringContaining('found: denied by evaluation-failed (Error: not an IAM role ARN')]);
});

test('compares the exact violations of a deny case and the exact permits of an allow case', () => {
  replaceIn(join(folder, 'cases/deny/several-at-once.json'), ', "required-tags"],', '],');
  replaceIn(join(folder, 'cases/allow/admin-creates-for-system-controller.json'), '"owners-create", ', '');
  expect(checkPolicies(folder).failures).toHaveLength(2);
});

test('runs a case with the roles that it gives: others exist, without tags and boundary', () => {
  copyFileSync(join(shipped, 'examples/role-team-tag.cedar'), join(folder, 'role-team-tag.cedar'));
  const { failures } = checkPolicies(folder);
  expect(failures).toContainEqual(
    expect.stringMatching(/^cases\/allow\/owner-creates\.json: .*\n.*found: denied by role-has-team-tag$/),
  );
  const roles = [{ arn: roleArn, tags: [{ key: 'team', value: 'payments' }] }];
  const file = join(folder, 'cases/allow/owner-creates.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), roles }));
  expect(checkPolicies(folder).failures.filter((failure) => failure.includes('/owner-creates.json'))).toEqual([]);
});

test('reports a case of no example', () => {
  addExamples();
  const cases = join(folder, 'examples/cases/deny');
  renameSync(join(cases, 'role-team-tag-missing.json'), join(cases, 'no-team-tag.json'));
  expect(checkPolicies(folder).failures).toEqual([
    'examples/cases/deny/no-team-tag.json: its name does not begin with that of an example, so it is not run.',
  ]);
});

test.each([
  ['a policy', 'access.cedar', 'permit (', 'permit', 'access.cedar:'],
  ['the schema', 'schema.cedarschema', 'entity Group;', 'entity Group', 'schema:'],
  ['the inventory', 'inventory.json', '"regions"', '"region"', 'inventory.json:2: accounts.0.regions: is missing'],
  ['a case', 'cases/allow/owner-views.json', 'USER', 'HUMAN', 'owner-views.json:6: context.principal.kind'],
  [
    'a question',
    'cases/allow/owner-views.json',
    '"Describe',
    '"Rename',
    'request.action: "RenamePodIdentityAssociation"',
  ],
  ['an update', 'cases/allow/owner-updates.json', '"becomes"', '"changes"', 'request.becomes: is missing'],
  [
    'a scope of a list',
    'cases/allow/owner-lists.json',
    '"kind": "namespace"',
    '"kind": "gateway"',
    'request.scope.kind',
  ],
  ['a scope', 'cases/allow/auditor-reads-everything.json', '"gateway"', '"all"', 'request.scope.kind: "all"'],
])('says what is wrong with %s', (_what, file, from, to, message) => {
  replaceIn(join(folder, file), from, to);
  expect(() => checkPolicies(folder)).toThrow(message);
});

test('prints what is wrong and fails', async () => {
  replaceIn(join(folder, 'inventory.json'), '"regions"', '"region"');
  const { status, stdout, stderr } = await runOperator(['policies', 'check', folder]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('accounts.0.regions: is missing; write a list');
});

test('names a folder that does not exist, in one line', async () => {
  const missing = join(folder, 'missing');
  const { status, stdout, stderr } = await runOperator(['policies', 'check', missing]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^The policies can't be read from .*missing: ENOENT.* Name a folder with .*\n$/);
});

test.each<[string, (file: string) => void]>([
  ['empty', (file) => writeFileSync(file, '')],
  ['missing', (file) => rmSync(file)],
])('rejects a folder whose guardrails.cedar is %s, and names what it lacks in one line', async (_what, change) => {
  change(join(folder, 'guardrails.cedar'));
  const { status, stdout, stderr } = await runOperator(['policies', 'check', folder]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^.* lacks policies that required-policies\.json lists: role-in-cluster-account, .*\n$/);
});
