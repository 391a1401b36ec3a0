import type { ClusterRef } from '../../model/association.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import type { Dependencies } from '../../operations/terms/dependencies.ts';
import type { AllowsRead, AuthorizeRead, MayApproveFor, MayViewIn } from './authorize-read.ts';
import type { Cursors } from './cursors.ts';
import type { ViewerMay } from './viewer-rights.ts';
import type { Describer } from './describer.ts';
import type { TrailReads } from './trail-reads.ts';

/** Counts the rows of one answer. Throws once there are too many. */
export type TakeRows = (count: number) => void;

/** What the resolvers of one GraphQL request share. */
export interface RequestContext {
  readonly identity: RequestIdentity;
  /**
   * The dependencies of the request, of one version of policies and inventory from its beginning to
   * its end.
   */
  readonly deps: Dependencies;
  /** The dependencies of its reads, whose cost has limits. */
  readonly reads: Dependencies;
  readonly authorizeRead: AuthorizeRead;
  readonly allowsRead: AllowsRead;
  readonly mayViewIn: MayViewIn;
  readonly mayApproveFor: MayApproveFor;
  readonly viewerMay: ViewerMay;
  readonly cursors: Cursors;
  /**
   * When the answer must be sent: before the function ends, and `requestMs` after it began.
   * Milliseconds since the epoch.
   */
  readonly deadline: number;
  /** Describes each association once, within the rate limit of the process. */
  readonly describer: Describer;
  readonly takeRows: TakeRows;
  readonly trailReads: TrailReads;
  /**
   * Rejects if a lock stops the reads of the principal, or those at EKS in the cluster, or if that is
   * not known. Whatever reads for an answer waits for it.
   */
  readonly requireUnlocked: (cluster?: ClusterRef) => Promise<void>;
  /** A read that several fields of the request may ask for: made once for each name. */
  readonly once: <Result>(name: string, read: () => Promise<Result>) => Promise<Result>;
}

/** Creates the `once` of a request. */
export function makeOnce(): RequestContext['once'] {
  const results = new Map<string, Promise<unknown>>();
  return <Result>(name: string, read: () => Promise<Result>) => {
    const result = (results.get(name) as Promise<Result> | undefined) ?? read();
    results.set(name, result);
    return result;
  };
}
