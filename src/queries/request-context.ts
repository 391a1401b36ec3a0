import type { RequestIdentity } from '../model/principal.ts';
import type { AuthorizeRead, MayViewIn } from './authorize-read.ts';
import type { Describer } from './describer.ts';
import type { OperationEntries } from './operation-entries.ts';

/** Counts the rows of one answer. Throws once there are too many. */
export type TakeRows = (count: number) => void;

/** What the resolvers of one GraphQL request share. */
export interface RequestContext {
  readonly identity: RequestIdentity;
  readonly authorizeRead: AuthorizeRead;
  readonly mayViewIn: MayViewIn;
  /** When the answer must be sent: before the function ends, and `requestMs` after it began. Milliseconds since the epoch. */
  readonly deadline: number;
  readonly operationEntries: OperationEntries;
  /** Describes each association once, within the rate limit of the process. */
  readonly describer: Describer;
  readonly takeRows: TakeRows;
}
