import type { AuditEntry } from '../model/audit.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { AuthorizeRead } from './authorize-read.ts';
import type { Describer } from './describer.ts';

/** Counts the rows of one answer. Throws once there are too many. */
export type TakeRows = (count: number) => void;

/** What the resolvers of one GraphQL request share. */
export interface RequestContext {
  readonly identity: RequestIdentity;
  readonly authorizeRead: AuthorizeRead;
  /** When the answer must be sent: before the function ends, and `requestMs` after it began. Milliseconds since the epoch. */
  readonly deadline: number;
  /** Entries of an operation, oldest first: read once, however often the request selects them. */
  readonly operationEntries: (operationId: string) => Promise<AuditEntry[]>;
  /** Describes each association once, within the rate limit of the process. */
  readonly describer: Describer;
  readonly takeRows: TakeRows;
}
