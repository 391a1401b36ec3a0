// Quick test: packages/operator/test/verify/stored-items.test.ts.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vkeyOf } from '../../../../src/checkpoints/note.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import { openLog } from '../../../../test/support/checkpoint-log.ts';
import { auditEntryAt, now } from '../../../../test/support/ledger-samples.ts';
import { runOperator } from '../run-operator.ts';
import { tamperedLedgers } from './tampered-ledger.ts';
import type { Row, TamperedLedger } from './tampered-ledger.ts';

const minute = 60_000;
const mallory = {
  id: 'https://id.example.com/#mallory',
  kind: 'USER',
  groups: [],
  sessionName: null,
  otherGroups: null,
};

/** The text of an entry with other fields. */
const edited = ({ entry }: Row, fields: object) => JSON.stringify({ ...(JSON.parse(entry) as object), ...fields });

describe.each(tamperedLedgers.filter(({ available }) => available))(
  'trail verify on $name',
  ({ name, open }: TamperedLedger) => {
    let opened: Awaited<ReturnType<TamperedLedger['open']>>;
    const file = (path: string) => join(opened.log.folder, path);

    beforeEach(async () => {
      opened = await open();
      await append(now - 4, now - 3);
      await opened.log.run();
      opened.log.clock.now += 5 * minute;
      await append(now - 2, now - 1);
      await opened.log.run();
    });
    afterEach(() => opened.close());

    const append = async (...times: number[]) => {
      for (const time of times) await opened.ledger.appendEntry(auditEntryAt(time, { event: 'DENIED', fence: null }));
    };
    const verify = async (args: readonly string[] = [], env: Record<string, string> = {}) => {
      const { status, stdout, stderr } = await runOperator(['trail', 'verify', ...args], { ...opened.env, ...env });
      return { status, findings: stdout.split('\n').filter((line) => /^[A-Z_]+ /.test(line)), stdout, stderr };
    };
    const idOf = (row: Row | undefined) => `${row?.operationId}.${row?.entryId}`;
    const rows = async () => {
      const [first, second, third, fourth] = await opened.rows();
      if (!first || !second || !third || !fourth) throw new Error('The trail has fewer entries.');
      return [first, second, third, fourth] as const;
    };

    test('finds nothing in a trail that nobody changed, and counts what is younger', async () => {
      const present = auditEntryAt(Date.now());
      await opened.ledger.appendEntry(present);
      const { status, stdout, stderr } = await verify();
      expect(stdout).toBe('4 entries are as the checkpoint of 4 leaves says, the last of 2026-11-24T12:05:00.000Z.\n');
      expect(stderr).toBe(
        'Versions not examined: a folder has none. Only the bucket shows what was hidden.\n' +
          '1 younger entries are not covered by a checkpoint yet.\n',
      );
      expect(status).toBe(0);
    });

    test('names an entry whose principal was changed', async () => {
      const [, row] = await rows();
      await opened.put({ ...row, principalId: mallory.id, entry: edited(row, { principal: mallory }) });
      const { status, findings } = await verify();
      expect(findings).toEqual([expect.stringMatching(`^CHANGED Entry ${idOf(row)} was changed: its SHA-256 is`)]);
      expect(status).toBe(1);
    });

    test('names an entry that was moved to the index of another principal', async () => {
      const [, row] = await rows();
      await opened.put({ ...row, principalId: mallory.id });
      expect((await verify()).findings).toEqual([
        `ATTRIBUTES Entry ${idOf(row)} has other attributes than follow from its text: principalId.`,
      ]);
    });

    test('names a denial that was deleted', async () => {
      const [, row] = await rows();
      await opened.remove(row);
      expect((await verify()).findings).toEqual([`REMOVED Entry ${idOf(row)} is missing: it is leaf 1 of the log.`]);
    });

    test('names two entries that were swapped', async () => {
      const [one, other] = await rows();
      await opened.put({ ...one, entry: other.entry });
      await opened.put({ ...other, entry: one.entry });
      expect((await verify()).findings).toEqual([
        expect.stringMatching(`^CHANGED Entry ${idOf(one)} .* It has the text of entry ${idOf(other)}\\.$`),
        expect.stringMatching(`^CHANGED Entry ${idOf(other)} .* It has the text of entry ${idOf(one)}\\.$`),
      ]);
    });

    test('names an entry that was inserted, also where the index of the whole trail does not have it', async () => {
      const inserted = auditEntryAt(now - 60 * minute);
      await opened.ledger.appendEntry(inserted);
      const hidden = `hidden-${name}`;
      const [first] = await rows();
      const { trailShard: _, ...unindexed } = { ...first, trailShard: null };
      await opened.put({ ...unindexed, operationId: hidden, entryId: first.entryId });
      await opened.log.run();
      const { status, findings } = await verify();
      expect(findings).toEqual([
        expect.stringMatching(`^INSERTED Entry ${auditEntryId(inserted)} is not in the log`),
        expect.stringMatching(`^INSERTED Entry ${hidden}.* is hidden`),
      ]);
      expect(status).toBe(1);
    });

    test('names an entry that is too old for want of a checkpoint', async () => {
      const waiting = auditEntryAt(Date.now() - 11 * minute);
      await opened.ledger.appendEntry(waiting);
      expect((await verify()).findings).toEqual([
        expect.stringMatching(`^NOT_COVERED Entry ${auditEntryId(waiting)} .* does the checkpoint function run\\?$`),
      ]);
    });

    test('names what an older backup lacks, and says how far the log is', async () => {
      const [, , third, fourth] = await rows();
      const head = await opened.ledger.getCheckpointHead();
      await opened.remove(third);
      await opened.remove(fourth);
      await opened.ledger.putCheckpointHead(head, { size: 2, root: '', publishedSize: 2 });
      const { status, findings } = await verify();
      expect(findings).toEqual([
        'OLDER_BACKUP The ledger knows 2 leaves, the log has 4: an older backup was restored.',
        `OLDER_BACKUP The newest 2 entries of the log are missing, from ${idOf(third)} to ${idOf(fourth)}: an older backup?`,
      ]);
      expect(status).toBe(1);
    });

    /** Changes an entry, and writes the log again. */
    const rewrite = async (changed: Parameters<typeof opened.log.run>[0] = {}) => {
      const [, row] = await rows();
      await opened.put({ ...row, principalId: mallory.id, entry: edited(row, { principal: mallory }) });
      copyFileSync(file('checkpoint'), join(opened.log.keyFolder, 'witness'));
      rmSync(opened.log.folder, { recursive: true });
      await opened.removeHead();
      await opened.log.run(changed);
    };

    test('names checkpoints that another key has signed, unless it is one of the known ones', async () => {
      const other = openLog(opened.ledger);
      await rewrite({ signer: other.key });
      const { key } = await other.key();
      other.close();
      const { status, findings } = await verify();
      expect(findings).toEqual([
        `SIGNATURE checkpoints/0000000000000004 is not signed by a known key, but by ${key.name}+${key.keyId}.`,
      ]);
      expect(status).toBe(1);
      const known = { CHECKPOINT_KEYS: `${opened.env.CHECKPOINT_KEYS},${vkeyOf(key)}` };
      expect((await verify([], known)).status).toBe(0);
    });

    test('finds a log that was written again with the right key only with a checkpoint that was kept elsewhere', async () => {
      await rewrite();
      expect((await verify()).status).toBe(0);
      const witness = join(opened.log.keyFolder, 'witness');
      const { status, findings } = await verify(['--witness', witness]);
      expect(findings).toEqual([
        `FORK The log has another root at size 4 than checkpoint 1 of ${witness}: leaves 0 to 3 were changed or reordered.`,
      ]);
      expect(status).toBe(1);
    });

    test('finds a log that is older than a witness', async () => {
      const witness = join(opened.log.keyFolder, 'witness');
      copyFileSync(file('checkpoint'), witness);
      for (const path of ['checkpoint', 'checkpoints/0000000000000004']) rmSync(file(path));
      const { findings } = await verify(['--witness', witness]);
      expect(findings).toContain(
        `OLDER_BACKUP The log has 2 leaves, checkpoint 1 of ${witness} has 4: the log is an older copy.`,
      );
      expect(findings).toContain('GAP The ledger has published 4 leaves, the log has checkpoints of 2.');
    });

    test('names an entry that was taken in more than 10 minutes after its time, unless that is known', async () => {
      const late = auditEntryAt(opened.log.clock.now - 11 * minute);
      await opened.ledger.appendEntry(late);
      await opened.log.run();
      expect((await verify()).findings).toEqual([
        `LATE Entry ${auditEntryId(late)} was taken into the log 11 minutes after its time, at 2026-11-24T12:05:00.000Z.`,
      ]);
      expect((await verify(['--accept-late-before', '2026-11-24T12:06:00Z'])).status).toBe(0);
    });

    test('finds a bundle that is missing, and leaves that were reordered', async () => {
      const bundle = file('tile/entries/000.p/4');
      const bytes = readFileSync(bundle);
      const half = bytes.length / 2;
      writeFileSync(bundle, Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)]));
      const { findings } = await verify();
      expect(findings).toContain(
        'FORK The log has another root at size 4 than checkpoints/0000000000000004: leaves 0 to 3 were changed or reordered.',
      );
      rmSync(bundle);
      expect((await verify()).findings).toContainEqual(expect.stringMatching(/^GAP .*tile\/entries\/000\.p\/4/));
    });

    test('verifies a file of trail export, whose coverage the export says', async () => {
      const exported = await runOperator(['trail', 'export'], opened.env);
      expect(exported.status).toBe(0);
      expect(exported.stderr).toContain('covered by the checkpoint of 4 leaves');
      const path = join(opened.log.keyFolder, 'trail.ndjson');
      const check = async (text: string) => {
        writeFileSync(path, text);
        return verify(['--entries', path], { LEDGER_FILE: 'missing' });
      };
      expect((await check(exported.stdout)).status).toBe(0);
      const [, row] = await rows();
      const lines = exported.stdout.trimEnd().split('\n');
      const without = lines.filter((line) => !line.includes(row.entryId));
      expect((await check(`${without.join('\n')}\n`)).findings).toEqual([
        `REMOVED Entry ${idOf(row)} is missing: it is leaf 1 of the log.`,
      ]);
      const changed = exported.stdout.replace(/alice(?=[^\n]*\n[^\n]*\n$)/, 'mallory');
      expect((await check(changed)).findings).toEqual([expect.stringMatching(`^CHANGED Entry ${idOf(row)} `)]);
      await expect(check('{}\n')).resolves.toMatchObject({ status: 1 });
    });

    test('verifies the archive, and names an entry that was changed in it', async () => {
      expect((await verify(['--archive'], { LEDGER_FILE: 'missing' })).status).toBe(0);
      const part = file('archive/0000000000000002.ndjson');
      const text = readFileSync(part, 'utf8');
      writeFileSync(part, text.replace('alice', 'mallory'));
      const [, , third] = await rows();
      expect((await verify(['--archive'])).findings).toEqual([
        `CHANGED Entry ${idOf(third)} was changed in the archive: leaf 2 of the log has another hash.`,
      ]);
      rmSync(part);
      expect((await verify(['--archive'])).findings).toEqual([
        expect.stringMatching(/^GAP .*archive\/0000000000000002/),
      ]);
    });

    test('proves that an entry is in the log, to those who have the key alone', async () => {
      const [, , third] = await rows();
      const proof = await runOperator(['trail', 'prove', idOf(third)], opened.env);
      expect(proof.stdout).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra \S+\nindex 2\n/);
      const path = join(opened.log.keyFolder, 'entry.tlog-proof');
      const check = async (text: string) => {
        writeFileSync(path, text);
        const env = { CHECKPOINT_KEYS: opened.env.CHECKPOINT_KEYS ?? '' };
        return runOperator(['trail', 'check-proof', path], env);
      };
      const checked = await check(proof.stdout);
      expect(checked.stdout).toBe(
        `${third.entry}\nEntry ${idOf(third)} is leaf 2 of the log of 4 leaves, taken in at 2026-11-24T12:05:00.000Z.\n`,
      );
      expect(checked.status).toBe(0);
      for (const [from, to, problem] of [
        ['index 2', 'index 1', 'Its hashes do not lead to the root of its checkpoint.'],
        ['\n4\n', '\n5\n', 'Its checkpoint is not signed by a known key'],
        ['c2sp', 'c3sp', 'It does not begin with c2sp.org/tlog-proof@v1.'],
      ] as const) {
        const { status, stdout } = await check(proof.stdout.replace(from, to));
        expect(stdout).toContain(problem);
        expect(status).toBe(1);
      }
      const extra = Buffer.from(/extra (\S+)/.exec(proof.stdout)?.[1] ?? '', 'base64').toString();
      const forged = Buffer.from(extra.replace('alice', 'mallory')).toString('base64');
      const { stdout } = await check(proof.stdout.replace(/extra \S+/, `extra ${forged}`));
      expect(stdout).toContain('Its entry has another hash than its leaf.');
      const unknown = await runOperator(['trail', 'prove', auditEntryId(auditEntryAt(now))], opened.env);
      expect(unknown.stderr).toContain('is not in the log, whose newest checkpoint has 4 leaves');
    });
  },
);
