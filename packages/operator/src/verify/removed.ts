import type { Report } from './findings.ts';
import type { EntryLeaf } from './log-leaves.ts';

/** How many removed entries in a row are named. */
const mostNamed = 100;

/**
 * Entries that are missing, one after the other. Where the newest of the log are missing, an older
 * backup explains it.
 */
export function makeRemoved(report: Report) {
  let leaves: EntryLeaf[] = [];
  let last: EntryLeaf | null = null;
  let more = 0;
  const flush = () => {
    for (const leaf of leaves) reportRemoved(leaf, report);
    if (more > 0) report('REMOVED', `${more} more entries up to ${last?.id} are missing.`);
    [leaves, last, more] = [[], null, 0];
  };
  return {
    add(leaf: EntryLeaf): void {
      if (leaves.length < mostNamed) leaves.push(leaf);
      else more += 1;
      last = leaf;
    },
    /** An entry follows that is not missing. */
    flush,
    end(): void {
      const [first] = leaves;
      if (first === undefined || last === null || first === last) {
        flush();
        return;
      }
      const count = leaves.length + more;
      report(
        'OLDER_BACKUP',
        `The newest ${count} entries of the log are missing, from ${first.id} to ${last.id}: an older backup?`,
      );
    },
  };
}

/** Reports that the entry of a leaf is missing. */
export function reportRemoved({ id, index }: EntryLeaf, report: Report): void {
  report('REMOVED', `Entry ${id} is missing: it is leaf ${index} of the log.`);
}
