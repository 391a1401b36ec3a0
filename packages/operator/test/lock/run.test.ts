import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { makeDynamoDbLedger } from '../../../../src/ledger/dynamodb/ledger.ts';
import { noFilters } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { lockMemoryMs } from '../../../../src/operations/terms/locks.ts';
import { runOperator } from '../run-operator.ts';
import { openGateway } from '../../../../test/support/gateway.ts';
import { dynamoDbEndpoint, openTables } from '../../../../test/support/ledgers.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';

const operator = `os:${userInfo().username}@${hostname()}`;

async function run(args: readonly string[], env: Record<string, string>) {
  const { status, stdout, stderr } = await runOperator(['lock', ...args], env);
  return { status, stdout: stdout.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'), stderr };
}

const trailOf = async (ledger: Ledger) =>
  (await ledger.readTrail({ ...noFilters, partition: { kind: 'all' }, limit: 10, before: null })).entries;

describe('pod-identity-operator lock', () => {
  let folder: string;
  let env: Record<string, string>;
  let ledger: Ledger;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    env = { LEDGER_FILE: join(folder, 'ledger.sqlite') };
    ledger = makeSqliteLedger({ file: join(folder, 'ledger.sqlite') });
  });
  afterEach(() => {
    ledger.close();
    rmSync(folder, { recursive: true });
  });

  test('locks everything, lists the lock, and lifts it', async () => {
    const line = `- all changes, since TIME, by ${operator}: "Incident 7."\n`;
    expect(await run(['--all', '--reason', 'Incident 7.'], env)).toEqual({
      status: 0,
      stderr: '',
      stdout: `Locked all changes. Changes that had begun may still be made: openOperations lists them.\nLocks:\n${line}`,
    });
    expect(await run(['--list'], env)).toEqual({ status: 0, stderr: '', stdout: `Locks:\n${line}` });
    expect((await ledger.getLocks()).locks).toMatchObject([{ scope: { kind: 'ALL' }, lockedBy: operator }]);
    expect(await run(['lift', '--all'], env)).toEqual({
      status: 0,
      stderr: '',
      stdout: 'Lifted the lock on all changes.\nNo locks are set.\n',
    });
    expect((await ledger.getLocks()).locks).toEqual([]);
    expect(await trailOf(ledger)).toMatchObject([
      { event: 'UNLOCKED', operation: 'LOCK_CHANGES', principal: { id: operator } },
      { event: 'LOCKED', reason: 'Incident 7.', message: 'Locked all changes.' },
    ]);
  });

  test('keeps a lifted lock on a principal, by which votes are judged', async () => {
    const bob = ['--principal', 'https://issuer.example#bob'];
    for (const args of [bob, ['lift', ...bob], ['--all'], ['lift', '--all']]) await run(args, env);
    expect(await ledger.getLocks()).toMatchObject({
      ...{ revision: 4, locks: [] },
      lifted: [{ principalId: 'https://issuer.example#bob', revision: 2 }],
    });
  });

  test('locks reads of a principal too, also over a lock on its changes', async () => {
    const alice = ['--principal', 'https://issuer.example#alice'];
    await run(alice, env);
    const { status, stdout } = await run([...alice, '--reads', '--reason', 'Leaked token.'], env);
    const line = `- reads and changes by https://issuer.example#alice, since TIME, by ${operator}: "Leaked token."\n`;
    const told = 'Locked reads and changes by https://issuer.example#alice. Reads end within 10 s. ';
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${told}Changes that had begun may still be made: openOperations lists them.\nLocks:\n${line}`,
    });
    expect((await run(['--list'], env)).stdout).toBe(`Locks:\n${line}`);
    expect(await trailOf(ledger)).toMatchObject([
      {
        event: 'LOCKED',
        reason: 'Leaked token.',
        message: 'Locked reads and changes by https://issuer.example#alice.',
      },
      { event: 'LOCKED', message: 'Locked changes by https://issuer.example#alice.' },
    ]);
    expect(await run(['lift', ...alice], env)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('No locks') as string,
    });
  });

  test('stops the changes of a running gateway at the next request, and the reads within ten seconds', async () => {
    const gateway = await openGateway({ ledger });
    try {
      expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
      await run(['--principal', 'https://issuer.example#alice', '--reads'], env);
      expect(await gateway.create({ clientRequestToken: 'second', serviceAccount: 'other' })).toMatchObject({
        refusal: { code: 'CHANGES_LOCKED' },
      });
      gateway.clock.skip(lockMemoryMs);
      expect(await gateway.send('{ viewer { id } }')).toMatchObject({ status: 403 });
      expect(await gateway.send('{ viewer { id } }', {}, 'bob')).toMatchObject({ status: 200 });
    } finally {
      await gateway.close();
    }
  });

  test('does not set a lock twice', async () => {
    await run(['--all', '--reason', 'First.'], env);
    const again = await run(['--all', '--reason', 'Second.'], env);
    expect(again).toMatchObject({ status: 0, stdout: expect.stringMatching(/is set already[^]*"First\."/) as string });
    expect(await trailOf(ledger)).toHaveLength(1);
  });

  test('takes account and region of a cluster from the settings, and says when the trail does not know it', async () => {
    const home = { ...env, HOME_ACCOUNT_ID: '444455556666', AWS_REGION: 'us-east-1' };
    const { status, stderr } = await run(['--cluster', 'apps-dev'], home);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr:
        'Check the name: the audit trail has no entry of changes in the cluster 444455556666/us-east-1/apps-dev.\n',
    });
    const scope = { kind: 'CLUSTER', accountId: '444455556666', region: 'us-east-1', clusterName: 'apps-dev' };
    expect((await ledger.getLocks()).locks).toMatchObject([{ scope }]);
    const named = ['lift', '--cluster', 'apps-dev', '--account', '444455556666', '--region', 'us-east-1'];
    expect((await run(named, env)).status).toBe(0);
  });

  test('exits with 1 when there is no such lock to lift, and writes nothing', async () => {
    expect(await run(['lift', '--principal', 'https://issuer.example#alice'], env)).toEqual({
      status: 1,
      stdout: 'No locks are set.\n',
      stderr: 'There is no lock on changes by https://issuer.example#alice.\n',
    });
    expect(await trailOf(ledger)).toEqual([]);
  });

  test.each([
    [[], 'Give one of --principal, --cluster, --all and --list.'],
    [['--all', '--cluster', 'a'], 'Give one of --principal, --cluster, --all and --list.'],
    [['--all', '--region', 'eu-central-1'], '--account and --region belong to --cluster.'],
    [['--list', '--all'], '--list has no further options.'],
    [['lift', '--principal', 'a', '--reads'], '--reads is not an option.'],
    [['lift'], 'Give one of --principal, --cluster and --all.'],
    [['--principal', ''], '--principal is "": give the id of a principal, such as https://issuer.example#alice.'],
  ])('rejects the arguments %j', async (args, problem) => {
    expect(await run(args, env)).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(`${problem}\n`) });
  });

  test('rejects a reason with control characters, and a name that no cluster has', async () => {
    expect(await run(['--all', '--reason', 'a\u001b[2J'], env)).toMatchObject({ status: 2, stdout: '' });
    for (const cluster of [['no/cluster'], ['a', '--region', 'eu-*-1'], ['a', '--account', '1111*2223333'], ['*']]) {
      expect(await run(['--cluster', ...cluster], env)).toMatchObject({ status: 2, stdout: '' });
    }
  });
});

describeOnDynamoDb('pod-identity-operator lock on DynamoDB', () => {
  test('locks in the tables of the settings', async () => {
    const { client, names, close } = await openTables();
    const env = {
      LEDGER: 'dynamodb',
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '',
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' },
      ...{ IDEMPOTENCY_TABLE: names.idempotencyTable, AUDIT_TABLE: names.auditTable },
    };
    const { status, stdout } = await run(['--all'], env);
    const ledger = makeDynamoDbLedger({ client, ...names });
    const { locks } = await ledger.getLocks();
    const entries = await trailOf(ledger);
    await close();
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('Locked all') as string });
    expect(locks).toMatchObject([{ scope: { kind: 'ALL' }, lockedBy: operator }]);
    expect(entries).toMatchObject([{ event: 'LOCKED' }]);
  });

  test('says that a table is missing, and exits with 1', async () => {
    const env = {
      LEDGER: 'dynamodb',
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '',
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', IDEMPOTENCY_TABLE: 'there-is-none' },
    };
    const { status, stderr } = await run(['--all'], env);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The ledger can't be reached: ResourceNotFoundException: .*\n$/);
  });
});
