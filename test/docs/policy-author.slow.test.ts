// No quick test: it is about programs or packages as they run.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { openGateway } from '../support/gateway.ts';
import { dynamoDbEndpoint, openTables } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { shipped } from '../support/policy-sample.ts';
import { openPolicyTable } from '../support/policy-versions.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs/policy-versions.md'), 'utf8');
/** Without the settings of the author's deployment. */
const blocks = [...page.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = '']) => block.replace(/^export .*$/m, ''));

/** Runs the commands from the installed packages, and adds the exit code of each to a file. */
const npx = `npx() { PATH=${join(root, 'node_modules/.bin')}:$PATH "$@"; echo "$? $2 $3" >> exit-codes; }\n`;

describeOnDynamoDb('The page from an idea to a published rule', () => {
  let folder: string;
  let tables: Awaited<ReturnType<typeof openTables>>;
  let policies: Awaited<ReturnType<typeof openPolicyTable>>;

  beforeAll(async () => {
    [tables, policies] = await Promise.all([openTables(), openPolicyTable()]);
    folder = mkdtempSync(join(tmpdir(), 'author-'));
    cpSync(shipped, join(folder, 'policies'), { recursive: true });
    // The inventory of the deployment.
    writeFileSync(join(folder, 'our-inventory.json'), `${readFileSync(join(shipped, 'inventory.json'), 'utf8')}\n`);
    const gateway = await openGateway({ ledger: makeDynamoDbLedger({ client: tables.client, ...tables.names }) });
    await gateway.create();
    await gateway.create({ clientRequestToken: 'second' }, 'bob');
    await gateway.close();
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await policies.close();
    await tables.close();
  });

  it('has commands that do what it says, in their order', () => {
    const env = {
      ...{ PATH: process.env.PATH, HOME: folder, LEDGER: 'dynamodb', AWS_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint },
      ...{ IDEMPOTENCY_TABLE: tables.names.idempotencyTable, AUDIT_TABLE: tables.names.auditTable },
      ...{ POLICY_TABLE: policies.table },
    };
    const outputs = blocks.map((block) =>
      execFileSync('bash', ['-uc', `${npx}exec 2>&1\n${block}`], { cwd: folder, env, encoding: 'utf8' }),
    );
    expect(readFileSync(join(folder, 'exit-codes'), 'utf8').trim().split('\n')).toEqual([
      '1 policies check',
      '0 policies check',
      '0 policies why',
      '2 policies impact',
      '0 trail export',
      '1 policies replay',
      '0 policies publish',
      '0 policies publish',
      '0 policies versions',
      '0 policies rollback',
    ]);
    const [written, checked, judged, replayed, published] = outputs;
    expect(written).toMatch(/FAILED cases\/allow\/owner-creates\.json[^]*32 policies, \d+ cases, 1 failures/);
    expect(written).toContain('cost-center-tag denies 34 cases');
    expect(checked).toMatch(/32 policies, \d+ cases, 0 failures[^]*\ndenied by cost-center-tag\n/);
    expect(judged).toContain('\ncost-center-tag, regardless of who asks: FORBIDDEN 1\n');
    expect(replayed).toContain('allowed by owners-create; now denied by cost-center-tag\n');
    expect(replayed).toContain(
      '2 requests replayed: 1 now denied, 0 now allowed, 0 now needing approval, 1 decided by other policies\n',
    );
    expect(replayed).not.toContain('decided otherwise');
    expect(published).toContain('- policy cost-center-tag added\n');
    expect(published).toContain('Version 1 is in force.');
    expect(published).toMatch(/- policy cost-center-tag removed\n[^]*Version 2 is in force\./);
    // Ten processes.
  });
});
