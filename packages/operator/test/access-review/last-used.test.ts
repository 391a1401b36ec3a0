import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { home, roleArn } from '../../../../test/support/gateway.ts';
import { environmentAt, startOrganization } from '../inventory/fake-organization.ts';
import type { World } from '../inventory/fake-organization.ts';
import { openFleet } from '../observed-fleet.ts';
import { runOperator } from '../run-operator.ts';

const other = '444455556666';
const target = `arn:aws:iam::${other}:role/pods/payments/reader`;
const used = '2026-10-01T08:00:00Z';
const roles = {
  [roleArn('payments/api')]: used,
  [roleArn('payments/unused')]: null,
  // IAM finds a role by its name whatever its path.
  [`arn:aws:iam::${home.accountId}:role/other/moved`]: used,
  [target]: used,
};

let fleet: Awaited<ReturnType<typeof openFleet>>;
let organization: Awaited<ReturnType<typeof startOrganization>>;

async function open(world: Partial<World> = {}) {
  organization = await startOrganization({ accounts: [], clusters: {}, roles, ...world });
  fleet = await openFleet();
  fleet.makeDirectly('payments', 'one', { targetRoleArn: target });
  fleet.makeDirectly('payments', 'two');
  fleet.makeDirectly('payments', 'unused', { roleArn: roleArn('payments/unused') });
  fleet.makeDirectly('payments', 'moved', { roleArn: roleArn('payments/moved') });
  await fleet.scanAll();
}
afterEach(async () => {
  await fleet.close();
  await organization.stop();
});

const review = (...words: readonly string[]) =>
  runOperator(['access-review', '--inventory', `${fleet.folder}/inventory.json`, ...words], {
    LEDGER_FILE: fleet.file,
    ...environmentAt(organization.endpoint),
  });
const rowsOf = async (...words: readonly string[]) => {
  const { status, stdout, stderr } = await review('--output', 'json', ...words);
  const { associations } = JSON.parse(stdout) as { associations: Readonly<Record<string, string | null>>[] };
  const rows = associations.map((row) => [
    ...[row.serviceAccount, row.roleLastUsedAt, row.roleLastUsedError],
    ...[row.targetRoleLastUsedAt, row.targetRoleLastUsedError],
  ]);
  return { status, stderr, rows };
};
const at = '2026-10-01T08:00:00.000Z';

test('--last-used shows when IAM saw each role used last, with one GetRole for each, and a failure in its row only', async () => {
  await open();
  const absent = 'The role does not exist.';
  const foreign = `The credentials are of account ${home.accountId}; give --assume-role, a role to assume in ${other}.`;
  expect(await rowsOf('--last-used')).toEqual({
    status: 0,
    stderr:
      'Reads when 4 roles were used last, 10 a second: about 1 s.\n' +
      '2 of 4 roles could not be read; their rows have the reason.\n',
    rows: [
      ['moved', null, absent, null, null],
      ['one', at, null, null, foreign],
      ['two', at, null, null, null],
      ['unused', null, null, null, null],
    ],
  });
  const actions = organization.calls.map(({ action }) => action).sort();
  expect(actions).toEqual(['iam:GetRole', 'iam:GetRole', 'iam:GetRole', 'sts:GetCallerIdentity']);
});

test('--assume-role reads roles of other accounts by one session for each account', async () => {
  await open();
  const { rows } = await rowsOf('--last-used', '--assume-role', 'audit/reader');
  expect(rows[1]).toEqual(['one', at, null, at, null]);
  const sessions = organization.calls.filter(({ action }) => action === 'sts:AssumeRole');
  expect(sessions.map(({ resource }) => resource)).toEqual([`arn:aws:iam::${other}:role/audit/reader`]);
  // The page of reviews states the rights. STS answers GetCallerIdentity to everyone.
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/reading.md'), 'utf8');
  const needed = new Set(organization.calls.map(({ action }) => action));
  needed.delete('sts:GetCallerIdentity');
  for (const action of needed) expect(page).toContain(`\`${action}\``);
});

test('an account whose role cannot be assumed, and an STS that does not answer, are reasons in the rows', async () => {
  await open({ denying: [other] });
  const { status, rows } = await rowsOf('--last-used', '--assume-role', 'reader');
  expect(status).toBe(0);
  expect(rows[1]).toEqual(['one', at, null, null, expect.stringMatching(/^AccessDenied: .*sts:AssumeRole/)]);
  await organization.stop();
  const { rows: all, status: still } = await rowsOf('--last-used', '--role-name', 'unused');
  expect([still, all]).toEqual([
    0,
    [['unused', null, expect.stringContaining("AWS STS can't say whose credentials these are."), null, null]],
  ]);
}, 60_000);

test('the table and the CSV say that the last use is that of the role, by anyone', async () => {
  await open();
  const { stdout } = await review('--last-used');
  const [, heading = '', moved = '', one = '', , unused = ''] = stdout.split('\n');
  expect(heading).toMatch(/role last used, by anyone +target role last used, by anyone$/);
  expect(moved).toMatch(/The role does not exist\. +-$/);
  expect(one).toMatch(/2026-10-01T08:00:00\.000Z +The credentials are of account/);
  expect(unused).toMatch(/not in 400 days +-$/);
  const csv = (await review('--last-used', '--output', 'csv')).stdout.split('\r\n');
  expect(csv[0]).toMatch(/,observedAt,roleLastUsedAt,roleLastUsedError,targetRoleLastUsedAt,targetRoleLastUsedError$/);
  expect(csv[3]).toMatch(/Z,2026-10-01T08:00:00\.000Z,,,$/);
});

test('--role-name selects the associations of a role by its name, or by path and name, without a request to AWS', async () => {
  await open();
  const named = async (name: string) =>
    (await rowsOf('--role-name', name)).rows.map(([serviceAccount]) => serviceAccount);
  expect(await named('api')).toEqual(['one', 'two']);
  expect(await named('reader')).toEqual(['one']);
  expect(await named('pods/payments/unused')).toEqual(['unused']);
  expect(await named('/api')).toEqual([]);
  expect(organization.calls).toEqual([]);
});

test.each([
  [['--assume-role', 'audit'], '--assume-role needs --last-used.'],
  [['--role-name', 'pay*'], 'Give the name of one role'.toLowerCase()],
  [['--role-name', target], 'or path and name, e.g. "pods/payments/payments-api"'],
])('%j is wrong arguments', async (words, message) => {
  await open();
  const { status, stderr } = await review(...words);
  expect([status, stderr.toLowerCase()]).toEqual([2, expect.stringContaining(message.toLowerCase())]);
});
