/** A field that differs. Null: it is not set. */
export interface DiffField {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

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

/** Settings of two versions side by side: fields that differ first, others after them if `all`. */
export function diffOf(
  before: Readonly<Record<string, string | null>> | null,
  after: Readonly<Record<string, string | null>> | null,
  { all = false } = {},
): DiffField[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const fields = names.map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }));
  const differ = fields.filter((one) => one.before !== one.after);
  return all ? [...differ, ...fields.filter((one) => one.before === one.after && one.before !== null)] : differ;
}
