/** A field that differs. Null: it is not set. */
export interface DiffField {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
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
