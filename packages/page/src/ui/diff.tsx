import type { DiffField } from './diff-of.ts';

/** What changes, field by field: what is, and what will be or what became of it. */
export function Diff({ fields, label }: { readonly fields: readonly DiffField[]; readonly label: string }) {
  return (
    <dl class="diff" aria-label={label}>
      {fields.map(({ field, before, after }) => (
        <div key={field} class={before === after ? 'same' : undefined}>
          <dt>{field}</dt>
          <dd>
            {before === after ? (
              <bdi>{before ?? 'not set'}</bdi>
            ) : (
              <>
                {before !== null && (
                  <del>
                    <span class="sr-only">before: </span>
                    <bdi>{before}</bdi>
                  </del>
                )}
                {after !== null && (
                  <ins>
                    <span class="sr-only">after: </span>
                    <bdi>{after}</bdi>
                  </ins>
                )}
                {after === null && <span class="muted">not set any more</span>}
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
