import type { LineFragment } from '../generated/trail.ts';
import { csvOf } from './export.ts';

/** Saves the entries that are loaded as a file. */
export function Export({ entries }: { readonly entries: readonly LineFragment[] }) {
  const save = (type: string, name: string, text: string) => {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = Object.assign(document.createElement('a'), { href: url, download: name });
    link.click();
    URL.revokeObjectURL(url);
  };
  const isEmpty = entries.length === 0;
  return (
    <span class="export">
      <button type="button" disabled={isEmpty} onClick={() => save('text/csv', 'audit-trail.csv', csvOf(entries))}>
        CSV
      </button>{' '}
      <button
        type="button"
        disabled={isEmpty}
        onClick={() => save('application/json', 'audit-trail.json', JSON.stringify(entries, null, 2))}
      >
        JSON
      </button>
    </span>
  );
}
