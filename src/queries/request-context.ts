import type { Describer } from './describer.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { TakeRows } from '../graphql/rows.ts';

/** What a resolver knows of its request. */
export interface Context {
  readonly identity: RequestIdentity;
  /** When the function ends that answers it, milliseconds since the epoch. */
  readonly deadline: number;
  /** Entries of an operation, oldest first: read once a request, however often it selects them. */
  readonly operationEntries: (operationId: string) => Promise<AuditEntry[]>;
  /** Describes each association once a request, at the pace of the process. */
  readonly describer: Describer;
  /** Counts what the answer holds, against its limit. */
  readonly takeRows: TakeRows;
}
