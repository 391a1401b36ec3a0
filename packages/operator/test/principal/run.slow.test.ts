// No quick test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newestOperationBy } from '../../src/principal/find.ts';
import { sourceIdentityOf } from '../../../../src/eks/source-identity.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { issuer } from '../../../local-gateway/src/principals.ts';
import { runOperator } from '../run-operator.ts';
import { openGateway } from '../../../../test/support/gateway.ts';

const alice = `${issuer}#alice`;

describe('pod-identity-operator principal', () => {
  let folder: string;
  let operationId: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'principal-'));
    const ledger = makeSqliteLedger({ file: join(folder, 'ledger.sqlite') });
    const gateway = await openGateway({ ledger });
    ({ operationId } = (await gateway.create()).auditEntry);
    await gateway.close();
    ledger.close();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const run = async (...args: readonly string[]) => {
    const env = { LEDGER_FILE: join(folder, 'ledger.sqlite') };
    const { status, stdout, stderr } = await runOperator(['principal', ...args], env);
    return { status, stdout: stdout.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'), stderr };
  };

  const found = () =>
    [
      `principal        ${alice}`,
      `source identity  ${sourceIdentityOf(alice)}`,
      `operation        ${operationId} (CREATE_POD_IDENTITY_ASSOCIATION), TIME`,
      '',
    ].join('\n');

  test('finds the principal by the source identity of an event', async () => {
    expect(await run('--source-identity', sourceIdentityOf(alice))).toEqual({ status: 0, stdout: found(), stderr: '' });
  });

  test('finds the principal by the session, or by the ARN that has its name', async () => {
    const arn = `arn:aws:sts::111122223333:assumed-role/pod-identity-gateway-prod-eu-central-1-executor/${operationId}`;
    expect(await run('--session', operationId)).toEqual({ status: 0, stdout: found(), stderr: '' });
    expect(await run('--session', arn)).toEqual({ status: 0, stdout: found(), stderr: '' });
  });

  test('prints the source identity of a principal, without a ledger', async () => {
    expect(await runOperator(['principal', '--principal', alice], { LEDGER_FILE: 'none' })).toEqual({
      status: 0,
      stdout: `${sourceIdentityOf(alice)}\n`,
      stderr: '',
    });
  });

  test('says what it did not find', async () => {
    const stranger = sourceIdentityOf('https://issuer.example#stranger');
    expect(await run('--source-identity', stranger, '--since', '2026-01-01T00:00:00Z')).toMatchObject({
      ...{ status: 1, stdout: '' },
      stderr: expect.stringContaining('No principal that changed something since') as string,
    });
    expect(await run('--session', '01J00000000000000000000000')).toMatchObject({
      ...{ status: 1, stderr: 'The audit trail has no operation 01J00000000000000000000000.\n' },
    });
  });

  test.each([
    [[], 'Give one of --session, --source-identity and --principal.'],
    [
      ['--session', '01J00000000000000000000000', '--principal', 'y'],
      'Give one of --session, --source-identity and --principal.',
    ],
    [['--session', 'alice'], 'a session of the executor is named by 26 characters'],
    [['--source-identity', 'alice'], 'it has the form principal- and 32 hex digits'],
    [
      ['--session', '01J00000000000000000000000', '--since', '2026-11-24T10:00:00Z'],
      '--since needs --source-identity.',
    ],
    [['--source-identity', sourceIdentityOf(alice), '--since', 'x'], 'give an RFC 3339 timestamp'],
  ])('explains wrong arguments: %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining(message) as string,
    });
  });
});

test('the newest operation is found on a later page too, but not before the start of the range', async () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const gateway = await openGateway({ ledger });
  try {
    const { auditEntry } = await gateway.create();
    for (let index = 0; index < 120; index += 1) await gateway.create({ clientRequestToken: `other-${index}` }, 'pat');
    const entry = await newestOperationBy(ledger, sourceIdentityOf(alice), 0);
    expect(entry).toMatchObject({ operationId: auditEntry.operationId, event: 'INTENT' });
    expect(await newestOperationBy(ledger, sourceIdentityOf(alice), Date.now() + 1_000)).toBeNull();
  } finally {
    await gateway.close();
    ledger.close();
  }
});
