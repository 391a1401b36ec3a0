import { overlapMs } from '../../../../src/checkpoints/batch.ts';
import type { Report } from './findings.ts';
import type { EntryLeaf, LeafAt } from './log-leaves.ts';

/**
 * Leaves in the order of entry ids. A log is sorted but for 15 minutes, so that what waits is
 * bounded by what these have. A leaf that is older than what came before is reported, and left out;
 * so is one of an item that is not an entry, unless that is accepted.
 *
 * @param stragglers gets the leaves outside the order
 */
export async function* inOrderOfIds(
  bundles: AsyncIterable<LeafAt[]>,
  stragglers: EntryLeaf[],
  isAccepted: (id: string) => boolean,
  report: Report,
): AsyncGenerator<EntryLeaf> {
  let waiting: EntryLeaf[] = [];
  let newest = -Infinity;
  let lastIncluded = '';
  for await (const leaves of bundles) {
    for (const leaf of leaves) {
      const { time } = leaf;
      if (time === null) {
        const what = `Leaf ${leaf.index} of the log has the item ${leaf.id}, which is not an entry.`;
        if (!isAccepted(leaf.id)) report('NOT_AN_ENTRY', what);
        continue;
      }
      if (leaf.straggler === true) {
        stragglers.push({ ...leaf, time });
        continue;
      }
      if (time < newest - overlapMs || leaf.includedAt < lastIncluded) {
        report('REORDERED', `Entry ${leaf.id} is leaf ${leaf.index} of the log, after entries that are newer.`);
        continue;
      }
      lastIncluded = leaf.includedAt;
      newest = Math.max(newest, time);
      waiting.push({ ...leaf, time });
    }
    waiting.sort((one, other) => (one.entryId < other.entryId ? -1 : 1));
    const first = waiting.findIndex(({ time }) => time >= newest - overlapMs);
    yield* waiting.slice(0, first);
    waiting = waiting.slice(first);
  }
  yield* waiting;
}
