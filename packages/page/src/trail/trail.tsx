import './trail.css';
import { useRoute } from '../route.ts';
import { Entries } from './entries.tsx';
import { EntryView } from './entry.tsx';
import { OperationView } from './operation.tsx';

/**
 * The audit trail: entries with filters, one entry (`trail/entry?id=`), or one operation
 * (`trail/operation?id=`).
 */
export function Trail() {
  const { view, params } = useRoute();
  const id = params.get('id');
  if (view === 'trail/entry' && id !== null) return <EntryView id={id} />;
  if (view === 'trail/operation' && id !== null) return <OperationView id={id} />;
  return <Entries />;
}
