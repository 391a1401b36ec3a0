import { open } from 'node:fs/promises';
import { entryHash } from '../../../../src/checkpoints/leaf.ts';
import { archiveLines } from '../../../../src/checkpoints/batch.ts';
import { archiveName, archivePrefix, numberInName } from '../../../../src/checkpoints/storage.ts';
import type { StoredEntry } from '../../../../src/ledger/checkpoint-store.ts';
import { parseAuditEntryId } from '../../../../src/model/audit.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import { separated } from '../../../../src/ledger/personal-data.ts';
import type { Report } from './findings.ts';
import type { LeafAt, Log } from './log-leaves.ts';
import { ahead } from './streams.ts';

/** Bytes that are read at once. */
const chunkBytes = 1 << 16;

/**
 * The entries of a file that `trail export` wrote, oldest first: the file is read from its end, so
 * that it need not fit into memory. Throws an Error that names a line which is not an entry.
 */
export async function* exportedEntries(file: string): AsyncGenerator<StoredEntry> {
  for await (const line of linesFromEnd(file)) yield exportedEntry(line);
}

/** The text of an entry is that of its line without the id and the personal data. */
function exportedEntry(line: string): StoredEntry {
  try {
    const { id, ...exported } = JSON.parse(line) as AuditEntry & { readonly id: string };
    const key = parseAuditEntryId(id);
    const { entry, personal } = separated(exported);
    if (key !== null) return { ...key, text: JSON.stringify(entry), personal, differing: () => [] };
  } catch {
    // Said below.
  }
  throw new Error(`This is not a line of trail export with the format ndjson: ${line.slice(0, 100)}`);
}

async function* linesFromEnd(file: string): AsyncGenerator<string> {
  const handle = await open(file);
  try {
    let rest = Buffer.alloc(0);
    for (let end = (await handle.stat()).size; end > 0;) {
      const start = Math.max(0, end - chunkBytes);
      const chunk = Buffer.alloc(end - start);
      await handle.read(chunk, 0, chunk.length, start);
      rest = Buffer.concat([chunk, rest]);
      end = start;
      // What is before the first newline can continue in the chunk before.
      const complete = start === 0 ? 0 : rest.indexOf('\n') + 1;
      if (start > 0 && complete === 0) continue;
      const lines = rest.toString('utf8', complete).split('\n').reverse();
      yield* lines.filter((line) => line !== '');
      rest = rest.subarray(0, complete);
    }
  } finally {
    await handle.close();
  }
}

/**
 * Compares the archive with the leaves of the log: each of its lines has the leaf, and an entry
 * with the hash of the leaf. Gives the number of lines that have.
 */
export async function compareArchive(
  { storage }: Pick<Log, 'storage'>,
  bundles: AsyncIterable<LeafAt[]>,
  report: Report,
) {
  const read = async (name: string) => ({ name, bytes: await storage.get(name) });
  const parts = ahead(storage.list(archivePrefix), 4, read)[Symbol.asyncIterator]();
  let lines: ReturnType<typeof archiveLines> = [];
  let covered = 0;
  let isCut = false;
  for await (const leaves of bundles) {
    for (const leaf of leaves) {
      if (isCut) continue;
      if (lines.length === 0) {
        const part = await parts.next();
        if (part.done === true || numberInName(part.value.name) !== leaf.index) {
          report('GAP', `The log lacks ${archiveName(leaf.index)}. What follows in the archive was not verified.`);
          isCut = true;
          continue;
        }
        lines = archiveLines(part.value.bytes ?? Buffer.alloc(0));
      }
      const [line] = lines.splice(0, 1);
      const isEqual = line?.index === leaf.index && entryHash(line.entry) === leaf.sha256;
      if (isEqual) covered += 1;
      else
        report(
          'CHANGED',
          `Entry ${leaf.id} was changed in the archive: leaf ${leaf.index} of the log has another hash.`,
        );
    }
  }
  return covered;
}
