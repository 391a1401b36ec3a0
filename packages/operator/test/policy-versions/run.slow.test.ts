// Quick test: packages/operator/test/policy-versions/publish.test.ts.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { dynamoDbEndpoint } from '../../../../test/support/ledgers.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';
import {
  openPolicyTable,
  publish,
  versionOf,
  shippedVersion,
  versionWith,
} from '../../../../test/support/policy-versions.ts';
import { runOperator } from '../run-operator.ts';
import { copyWithoutExamples, replaceIn, shipped } from '../../../../test/support/policy-sample.ts';

const operator = `os:${userInfo().username}@${hostname()}`;

const execute = async (args: readonly string[], env: Record<string, string>) => {
  const { status, stdout, stderr } = await runOperator(['policies', ...args], env);
  const plain = stdout.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll(/[0-9a-f]{64}/g, 'HASH');
  return { status, stdout: plain, stderr };
};

describeOnDynamoDb('The commands of policy versions', () => {
  let table: Awaited<ReturnType<typeof openPolicyTable>>;
  let folder: string;
  let run: (...args: readonly string[]) => ReturnType<typeof execute>;
  beforeEach(async () => {
    table = await openPolicyTable();
    folder = copyWithoutExamples();
    const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const endpoint = { AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '' };
    const env = { LEDGER: 'dynamodb', POLICY_TABLE: table.table, ...credentials, ...endpoint };
    run = (...args) => execute(args, env);
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await table.close();
  });

  /** Adds a rule of the examples, with its cases. */
  const addRoleNameRule = () => {
    const rule = join(shipped, 'examples', 'role-name.cedar');
    copyFileSync(rule, join(folder, 'role-name.cedar'));
  };

  it('publish policies, say what changes, list the versions and roll back', async () => {
    expect(await run('versions')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Nothing has been published') as string,
    });
    writeFileSync(join(folder, 'note.cedar'), '// Not in the package.');
    const first = await run('publish', '--policies', folder, '--reason', 'First.');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/ policies, \d+ cases, 0 failures; policy set HASH, inventory HASH\n/);
    expect(first.stdout).toMatch(
      /Version 0 has the policies of the package, from [^]*:\npolicy set HASH, inventory HASH; [^]*\nCompared with version 0, which is in force:\n- no policy differs\nVersion 1 is in force\. Within 60 seconds/,
    );
    const { versionHash, policySetHash, inventoryHash } = versionOf(0, shippedVersion());
    expect(await table.store.getVersion(0)).toMatchObject({ versionHash, policySetHash, inventoryHash });
    expect(await table.store.getVersion(1)).toMatchObject({
      publishedBy: operator,
      reason: 'First.',
      rollbackTo: null,
    });

    replaceIn(join(folder, 'inventory.json'), '"search-team"', '"find-team"');
    const second = await run(
      'publish',
      '--policies',
      folder,
      '--inventory',
      join(folder, 'inventory.json'),
      '--reason',
      'Next.',
    );
    // Cases of the shipped policies depend on the owners.
    expect(second).toMatchObject({ status: 1, stderr: expect.stringContaining('fail their cases') as string });
    replaceIn(join(folder, 'inventory.json'), '"find-team"', '"search-team"');
    const inventory = join(folder, 'deployed.json');
    writeFileSync(inventory, shippedVersion().inventory.replaceAll('search-team', 'find-team'));
    const third = await run('publish', '--policies', folder, '--inventory', inventory, '--reason', 'Other owners.');
    expect(third.stdout).toMatch(
      /\n- inventory HASH becomes HASH\n(- .*\n)*- namespace search changed: owners \["search-team"\] becomes \["find-team"\]\n(- .*\n)*Version 2 is in force\./,
    );
    expect((await run('versions')).stdout).toMatch(
      /^\* 2 {2}TIME {2}published by \S+: "Other owners\."\n.*\n {2}1 {2}TIME/,
    );
  });

  it('publish nothing that has a problem', async () => {
    const rejected = async (...args: readonly string[]) => {
      const { status, stdout, stderr } = await run('publish', '--policies', folder, '--reason', 'Try.', ...args);
      expect({ status, isLive: stdout.includes('is in force') }).toEqual({ status: 1, isLive: false });
      return stderr;
    };
    const inventory = join(folder, 'other.json');
    writeFileSync(inventory, '{}');
    expect(await rejected('--inventory', inventory)).toContain('inventory.json is not valid');
    const unreachable = { accountId: '444455556666', name: 'other', regions: ['eu-central-1'] };
    const deployed = JSON.parse(shippedVersion().inventory) as { accounts: object[] };
    writeFileSync(inventory, JSON.stringify({ ...deployed, accounts: [...deployed.accounts, unreachable] }));
    expect(await rejected('--inventory', inventory)).toContain('no roleArn for account 444455556666');
    expect(await rejected('--inventory', join(folder, 'missing.json'))).toContain('missing.json');
    addRoleNameRule();
    expect(await rejected()).toContain('The policies fail their cases');
    writeFileSync(join(folder, 'access.cedar'), 'permit (');
    expect(await rejected()).toContain('access.cedar:1');
    expect(await table.store.versions(1)).toEqual([]);
  });

  it('say which policies differ, and which clusters the roles of the stack may not reach', async () => {
    const before = versionWith({
      'access.cedar': (shippedVersion().policies['access.cedar'] ?? '')
        .replace('"own-trail"', '"older"')
        .replace('"PodIdentity::Action"', '')
        .replace('when { principal == resource }', 'when { principal == resource && principal == resource }'),
    });
    const { clusters, ...rest } = JSON.parse(before.inventory) as { clusters: object[] };
    await publish(table.store, 1, { ...before, inventory: JSON.stringify({ ...rest, clusters: clusters.slice(1) }) });
    const { status, stdout, stderr } = await run('publish', '--policies', folder, '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toContain(
      'Compared with version 1, which is in force:\n- policy older removed\n- policy own-trail added\n- inventory HASH becomes HASH\n- cluster 111122223333/eu-central-1/apps-dev added\n',
    );
    expect(stderr).toContain('WARNING cluster 111122223333/eu-central-1/apps-dev is new.');
    expect(await table.store.versions(2)).toHaveLength(1);
  });

  it('refuse a version that lacks policies of approvals.cedar, unless it is said', async () => {
    await publish(table.store, 0, shippedVersion());
    rmSync(join(folder, 'approvals.cedar'));
    replaceIn(join(folder, 'required-policies.json'), ',\n  "system-change-in-production"', '');
    rmSync(join(folder, 'cases', 'needs-approval'), { recursive: true });
    const args = ['publish', '--policies', folder, '--reason', 'Try.'];
    const warning = 'WARNING system-change-in-production of approvals.cedar is missing';
    const refused = await run(...args);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining(warning) as string });
    expect(refused.stderr).toContain('The policies lack system-change-in-production of approvals.cedar. Restore them,');
    expect((await table.store.versions(1))[0]?.number).toBe(0);
    expect(await run(...args, '--remove-approvals')).toMatchObject({ status: 0 });
  });

  it('roll back to the version before, or to a named one', async () => {
    const versions = ['a', 'b', 'c'].map((name) => versionWith({ 'other.cedar': `// ${name}` }));
    for (const [index, version] of versions.entries()) await publish(table.store, index + 1, version);
    expect(await run('rollback')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('Version 4 is in force.') as string,
    });
    expect((await run('rollback', '--to', '1', '--reason', 'Incident 7.')).status).toBe(0);
    expect(await table.store.versions(2)).toMatchObject([
      {
        number: 5,
        version: { versionHash: (await table.store.getVersion(1))?.versionHash, rollbackTo: 1, reason: 'Incident 7.' },
      },
      {
        number: 4,
        version: { versionHash: (await table.store.getVersion(2))?.versionHash, rollbackTo: 2, reason: null },
      },
    ]);
    const again = await run('rollback', '--to', '1');
    expect(again).toMatchObject({
      status: 0,
      stdout: 'Version 5 has the policies of version 1 and is in force: nothing to roll back.\n',
    });
    expect((await run('versions', '--limit', '2')).stdout)
      .toBe(`* 5  TIME  rolled back to 1 by ${operator}: "Incident 7."
     policy set HASH, inventory HASH, content HASH
  4  TIME  rolled back to 2 by ${operator}
     policy set HASH, inventory HASH, content HASH
`);
    expect(await run('rollback', '--to', '9')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no version 9') as string,
    });
  });

  it('roll back to nothing that the functions would refuse', async () => {
    await publish(table.store, 1, versionWith({ 'access.cedar': 'permit (' }));
    await publish(table.store, 2, versionWith({}));
    expect(await run('rollback')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('access.cedar:1') as string,
    });
    expect(await table.store.versions(9)).toHaveLength(2);
  });

  it('roll back from the first version to the policies of the package, as they were then', async () => {
    const packaged = copyWithoutExamples();
    writeFileSync(join(packaged, 'note.cedar'), '// The package, when the first version was published.');
    const dryRun = await run('publish', '--policies', packaged, '--packaged-policies', packaged, '--dry-run');
    expect(dryRun.stdout).toContain('Version 0 has these policies');
    expect(await table.store.versions(1)).toEqual([]);
    const inventory = join(folder, 'deployed.json');
    writeFileSync(inventory, shippedVersion().inventory.replaceAll('search-team', 'find-team'));
    const args = [
      '--policies',
      packaged,
      '--packaged-policies',
      packaged,
      '--inventory',
      inventory,
      '--reason',
      'First.',
    ];
    expect(await run('publish', ...args)).toMatchObject({ status: 0, stderr: '' });
    rmSync(packaged, { recursive: true });
    const back = await run('rollback', '--reason', 'Search could not deploy.');
    expect(back.stdout).toContain('- namespace search changed: owners ["find-team"] becomes ["search-team"]\n');
    expect(await table.store.versions(3)).toMatchObject([
      { number: 2, version: { versionHash: (await table.store.getVersion(0))?.versionHash, rollbackTo: 0 } },
      { number: 1 },
      { number: 0 },
    ]);
    expect((await run('rollback', '--to', '0')).stdout).toContain('nothing to roll back');
  });

  it('publish a version once', async () => {
    writeFileSync(join(folder, 'note.cedar'), '// Not in the package.');
    expect((await run('publish', '--policies', folder, '--reason', 'First.')).status).toBe(0);
    const again = await run('publish', '--policies', folder, '--reason', 'Again.');
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing to publish') as string });
    expect(await table.store.versions(9)).toHaveLength(2);
  });

  it.each([
    [['publish'], 'Say why the policies change, with --reason.'],
    [['publish', '--to', '1'], '--to is not an option.'],
    [['rollback', '--to', '01'], '--to is "01": give a whole number from 0 to 999999999.'],
    [['versions', '--limit', '2000'], '--limit is "2000": give a whole number from 1 to 1000.'],
    [['publish', '--reason', ' '], '--reason is " ": give '],
  ])('reject %j as wrong arguments', async (args, message) => {
    expect(await run(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) as string });
  });

  it('say that the table is missing, or that there is only a file', async () => {
    const env = { LEDGER: 'dynamodb', AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '', POLICY_TABLE: 'missing' };
    expect(await execute(['versions'], env)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("The policy table can't be used: ResourceNotFoundException") as string,
    });
    expect(await execute(['versions'], {})).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Set LEDGER to dynamodb') as string,
    });
  });
});
