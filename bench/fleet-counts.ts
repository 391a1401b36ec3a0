/** How many changes of each kind are planned, and those that are not. */
export type Counts = Readonly<Record<'create' | 'update' | 'adopt' | 'delete' | 'unchanged' | 'denied', number>>;

/** The counts as a text. */
export function countsText({ create, update, adopt, delete: deleted, unchanged, denied }: Counts): string {
  const kinds = `${create} to create, ${update} to update, ${adopt} to adopt, ${deleted} to delete`;
  return `${kinds}, ${unchanged} unchanged, ${denied} denied`;
}
