// No quick test: it is about programs or packages as they run.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vkeyOf } from '../../src/checkpoints/note.ts';
import { proofOf } from '../../packages/operator/src/verify/proof.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import { openLog } from '../support/checkpoint-log.ts';
import { auditEntryAt, now } from '../support/ledger-samples.ts';
import { openSqlite } from '../support/ledgers.ts';
import { testUnless } from '../support/requires.ts';

const missing = spawnSync('python3', ['--version']).error ? 'there is no python3' : null;
const verifier = join(import.meta.dirname, 'verify_log.py');

testUnless(missing)(
  'a verifier that shares no code accepts log and proofs, and rejects any changed byte of them',
  async () => {
    const { ledger, close } = await openSqlite();
    const log = openLog(ledger);
    const entries = Array.from({ length: 700 }, (_, index) => auditEntryAt(now - 700 + index));
    for (const [index, entry] of entries.entries()) {
      await ledger.appendEntry(entry);
      if ([0, 254, 256, 511, 699].includes(index)) await log.run();
    }
    const vkey = vkeyOf((await log.key()).key);
    const proof = join(log.keyFolder, 'entry.tlog-proof');
    const verify = (key = vkey) => {
      const { status, stdout, stderr } = spawnSync('python3', [verifier, log.folder, key, proof], { encoding: 'utf8' });
      return status === 0 ? stdout : (stderr.trimEnd().split('\n').at(-1) ?? '');
    };
    for (const index of [0, 255, 699]) {
      const [entry = auditEntryAt(now)] = entries.slice(index);
      writeFileSync(proof, await proofOf(log, auditEntryId(entry)));
      expect(verify()).toBe(`700 leaves\nproof of leaf ${index}\n`);
    }
    const other = openLog(ledger);
    expect(verify(vkeyOf((await other.key()).key))).toContain('AssertionError: signature');
    for (const name of [
      'checkpoints/0000000000000255',
      'tile/entries/001',
      'tile/0/002.p/188',
      'tile/1/000.p/2',
      'archive/0000000000000255.ndjson',
    ]) {
      const file = join(log.folder, name);
      const bytes = readFileSync(file);
      const changed = Buffer.from(bytes);
      // A digit of a size, a nonce, a hash or an entry.
      const at = name.startsWith('archive') ? bytes.lastIndexOf('alice') : Math.floor(bytes.length / 3);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(file, changed);
      expect(verify()).toContain('Error');
      writeFileSync(file, bytes);
    }
    expect(verify()).toContain('700 leaves');
    log.close();
    other.close();
    await close();
  },
);
