import type { FaultKind } from './faults.ts';
import type { OperationName } from './operation.ts';
import type { SessionRequest } from './sessions.ts';
import type { ClusterRef } from './world-names.ts';

/** A request to the EKS, IAM or STS API. */
export interface LoggedRequest {
  /** The `x-amzn-requestid` of the answer. */
  readonly requestId: string;
  /** When the whole request had arrived, by the simulator's clock; ISO 8601, UTC. */
  readonly time: string;
  readonly method: string;
  /** As sent, with the query. */
  readonly path: string;
  /** The header `X-Amz-Date`; null when absent. */
  readonly amzDate: string | null;
  /** Of the credentials that signed it; null when absent. */
  readonly accessKeyId: string | null;
  /**
   * The IAM user, or the session of a role, that signed it; null when the signature was refused.
   */
  readonly principalArn: string | null;
  /**
   * Null, like the fields up to `fault`, when the request was refused before its operation was
   * known.
   */
  readonly operation: OperationName | null;
  readonly cluster: ClusterRef | null;
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  readonly associationId: string | null;
  /** As sent with a create or an update; null when absent and for every other request. */
  readonly clientRequestToken: string | null;
  /** What an AssumeRole asks for; null for every other request. */
  readonly session: SessionRequest | null;
  /** The fault that applied to the request. */
  readonly fault: FaultKind | null;
  /**
   * Result of the operation: `succeeded`, the exception's name, `not-done` (prevented by a fault)
   * or `pending`.
   */
  readonly outcome: string;
  /** What the client received: a status, `cut`, or null for no answer (yet). */
  readonly answer: number | 'cut' | null;
}

/** The last 10,000 requests, oldest first. */
export interface RequestLog {
  /** Adds an entry; the returned function updates it. */
  readonly add: (request: LoggedRequest) => (change: Partial<LoggedRequest>) => void;
  readonly all: (operation?: OperationName) => readonly LoggedRequest[];
  readonly clear: () => void;
}

const maxRequests = 10_000;

/** Creates an empty log. */
export function openRequestLog(): RequestLog {
  // One slot per request, so that an entry can still be updated after later ones were added.
  const slots: { request: LoggedRequest }[] = [];
  return {
    add: (request) => {
      const slot = { request };
      slots.push(slot);
      if (slots.length > maxRequests) slots.shift();
      return (change) => {
        slot.request = { ...slot.request, ...change };
      };
    },
    all: (operation) =>
      slots.map(({ request }) => request).filter((each) => operation === undefined || each.operation === operation),
    clear: () => {
      slots.length = 0;
    },
  };
}
