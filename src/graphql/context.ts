import type { AuditEntry } from '../model/audit.ts';
import type { Caller } from '../model/principal.ts';

/** What a resolver knows of its request. */
export interface Context {
  readonly caller: Caller;
  /** When the function ends that answers it, milliseconds since the epoch. */
  readonly deadline: number;
  /** Entries of an operation, oldest first: read once a request, however often it selects them. */
  readonly operationEntries: (operationId: string) => Promise<AuditEntry[]>;
}
