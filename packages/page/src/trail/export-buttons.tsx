import type { LineFragment } from '../generated/trail.ts';
import { saveFile } from '../ui/save-file.ts';
import { csvOf } from './export.ts';

/** Saves the entries that are loaded as a file. */
export function Export({ entries }: { readonly entries: readonly LineFragment[] }) {
  const isEmpty = entries.length === 0;
  return (
    <span class="export">
      <button type="button" disabled={isEmpty} onClick={() => saveFile('text/csv', 'audit-trail.csv', csvOf(entries))}>
        CSV
      </button>{' '}
      <button
        type="button"
        disabled={isEmpty}
        onClick={() => saveFile('application/json', 'audit-trail.json', JSON.stringify(entries, null, 2))}
      >
        JSON
      </button>
    </span>
  );
}
