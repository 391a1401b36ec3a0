import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditEntryId } from '../../../../src/model/audit.ts';
import { openBucketLog } from '../../../../test/support/checkpoint-log.ts';
import { auditEntryAt, now } from '../../../../test/support/ledger-samples.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { runOperator } from '../run-operator.ts';

const [minute, hour] = [60_000, 3_600_000];

describe('trail verify with a bucket', () => {
  let folder: string;
  let file: string;
  let ledger: ReturnType<typeof makeSqliteLedger>;
  let log: Awaited<ReturnType<typeof openBucketLog>>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'verify-'));
    file = join(folder, 'ledger.sqlite');
    ledger = makeSqliteLedger({ file });
    log = await openBucketLog(ledger);
    for (let count = 0; count < 3; count += 1) {
      log.clock.now += 5 * minute;
      await append(log.clock.now - 1);
      await log.run();
    }
  });
  afterEach(async () => {
    await log.close();
    ledger.close();
    rmSync(folder, { recursive: true });
  });

  const append = async (time: number) => {
    const entry = auditEntryAt(time);
    await ledger.appendEntry(entry);
    return auditEntryId(entry);
  };
  const verify = async (...args: string[]) => {
    const env = { LEDGER_FILE: file, ...(await log.env()) };
    const { status, stdout, stderr } = await runOperator(['trail', 'verify', ...args], env);
    return { status, stderr, findings: stdout.split('\n').filter((line) => /^[A-Z_]+ /.test(line)) };
  };
  /** The log is written again, from the same entries, by the function itself. */
  const writeAgain = async () => {
    const store = makeSqliteLedger({ file: ':memory:' });
    const { entries } = await ledger.readTrail(everything);
    for (const entry of entries.toReversed()) await store.appendEntry(entry);
    const get = (name: string) => log.storage.get(name).catch(() => null);
    await log.run({ store, storage: { ...log.storage, get, versions: null } });
    store.close();
  };
  const everything = {
    partition: { kind: 'all' },
    ...{ since: null, until: null, events: null, operations: null, refusalCodes: null, roleArn: null, policyId: null },
    ...{ limit: 100, before: null },
  } as const;

  test('finds nothing, on pages of any size, where every version of `checkpoint` agrees', async () => {
    log.state.pageSize = 2;
    expect(await verify()).toEqual({ status: 0, stderr: '', findings: [] });
    expect(log.objects.list().filter(({ key }) => key === 'checkpoint')).toHaveLength(3);
  });

  test('finds an object that is hidden, also one that was and is not', async () => {
    log.objects.hide('checkpoints/0000000000000003');
    const { findings } = await verify();
    expect(findings).toContainEqual(expect.stringMatching(/^HIDDEN checkpoints\/0000000000000003 has a delete marker/));
    expect(findings).toContainEqual(expect.stringMatching(/^OLDER_BACKUP The log has 2 leaves, version .* has 3/));
  });

  test('finds a log that was hidden and written again by the function', async () => {
    for (const name of log.objects.names()) log.objects.hide(name);
    await writeAgain();
    const { status, findings } = await verify();
    const names = log.objects.names();
    for (const kind of ['HIDDEN', 'REPLACED'])
      for (const name of names.filter((one) => one.startsWith('tile/entries/000.p/3')))
        expect(findings).toContainEqual(expect.stringMatching(`^${kind} ${name} `));
    // Each version of `checkpoint` is a witness.
    expect(findings.filter((finding) => /^FORK .* than version v\d+ of checkpoint/.test(finding))).toHaveLength(3);
    expect(status).toBe(1);
  });

  test('says that all of the log is hidden', async () => {
    for (const name of log.objects.names()) log.objects.hide(name);
    const { status, stderr, findings } = await verify();
    expect(findings).toHaveLength(log.objects.list().filter(({ bytes }) => bytes === null).length);
    expect(stderr).toContain('There is no checkpoint in log.');
    expect(status).toBe(1);
  });

  test('finds a version of `checkpoint` that another key signed', async () => {
    const other = await openBucketLog(makeSqliteLedger({ file: ':memory:' }));
    const { bytes } = log.objects.newest('checkpoint') ?? {};
    const [text = ''] = String(bytes).split('\n\n');
    const { key, sign } = await other.deps.signer();
    const signature = Buffer.concat([Buffer.from(key.keyId, 'hex'), await sign(Buffer.from(`${text}\n`))]);
    log.objects.put('checkpoint', Buffer.from(`${text}\n\n— ${key.name} ${signature.toString('base64')}\n`));
    await other.close();
    expect((await verify()).findings).toEqual([
      expect.stringMatching(/^SIGNATURE version v\d+ of checkpoint is not signed by a known key/),
    ]);
  });

  test('finds entries that appeared too late, which are accepted by their id only', async () => {
    log.clock.now += hour;
    await append(log.clock.now - 1);
    await log.run();
    const late = [await append(now + 25 * minute), await append(now + 26 * minute)];
    const inserted = late.map(
      (id) => `INSERTED Entry ${id} is not in the log, which has entries that were made later: it was inserted.`,
    );
    expect((await verify()).findings).toEqual(inserted);
    log.clock.now = now + 26 * hour;
    await log.run();
    const { status, findings } = await verify();
    expect(findings).toEqual(
      late.map(
        (id, at) =>
          `STRAGGLER Entry ${id} appeared too late: it is leaf ${4 + at} of the log, outside its order, taken in at 2026-11-25T14:00:00.000Z.`,
      ),
    );
    expect(status).toBe(1);
    expect((await verify('--accept-late-before', '2027-01-01T00:00:00Z')).findings).toHaveLength(2);
    const accepted = late.flatMap((id) => ['--accept-entry', id]);
    expect(await verify(...accepted)).toMatchObject({ status: 0, findings: [] });
    expect((await verify(...accepted.slice(2))).findings).toHaveLength(1);
    const proof = await runOperator(['trail', 'prove', late[1] ?? ''], await log.env());
    expect(proof.stdout).toContain('\nindex 5\n');
  });

  test('finds a straggler that was changed or removed', async () => {
    log.clock.now += hour;
    await append(log.clock.now - 1);
    await log.run();
    const entry = auditEntryAt(now + 25 * minute);
    await ledger.appendEntry(entry);
    log.clock.now = now + 26 * hour;
    await log.run();
    const other = makeSqliteLedger({ file: join(folder, 'other.sqlite') });
    const { entries } = await ledger.readTrail(everything);
    for (const one of entries) if (one.entryId !== entry.entryId) await other.appendEntry(one);
    const run = async () => {
      const env = { LEDGER_FILE: join(folder, 'other.sqlite'), ...(await log.env()) };
      const { stdout } = await runOperator(['trail', 'verify', '--accept-entry', auditEntryId(entry)], env);
      return stdout.split('\n').filter((line) => /^(CHANGED|REMOVED) /.test(line));
    };
    expect(await run()).toEqual([`REMOVED Entry ${auditEntryId(entry)} is missing: it is leaf 4 of the log.`]);
    await other.appendEntry({ ...entry, message: 'Changed.' });
    expect(await run()).toEqual([expect.stringMatching(`^CHANGED Entry ${auditEntryId(entry)} was changed`)]);
    other.close();
  });
});

describe('trail begin', () => {
  test('lets the next run begin a log of old entries, which are a finding unless they are accepted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'begin-'));
    const file = join(folder, 'ledger.sqlite');
    const ledger = makeSqliteLedger({ file });
    const log = await openBucketLog(ledger);
    log.clock.now = Date.now();
    const old = new Date(log.clock.now - 90 * minute);
    await ledger.appendEntry(auditEntryAt(old.getTime()));
    await expect(log.run()).rejects.toThrow('does not begin by itself');
    const env = { LEDGER_FILE: file, ...(await log.env()) };
    const begun = await runOperator(['trail', 'begin', '--reason', 'First version with a log.'], env);
    expect(begun).toEqual({
      ...{ status: 0, stderr: '' },
      stdout: 'The next run of the checkpoints begins the log, if it has none.\n',
    });
    log.clock.now = Date.now();
    expect(await log.run()).toMatchObject({ size: 2 });
    const verify = (...args: string[]) => runOperator(['trail', 'verify', ...args], env);
    const { status, stdout } = await verify();
    expect(stdout).toContain(
      `OLDER_THAN_LOG 1 entries, the last of ${old.toISOString()}, are older than the log, so that nothing shows what they were before it began.`,
    );
    expect(status).toBe(1);
    expect((await verify('--accept-older-before', old.toISOString())).status).toBe(1);
    const after = new Date(old.getTime() + 1).toISOString();
    expect(await verify('--accept-older-before', after)).toMatchObject({ status: 0, stderr: '' });
    await log.close();
    ledger.close();
    rmSync(folder, { recursive: true });
  });
});
