import type { FaultKind } from './faults.ts';
import type { OperationName } from './operation.ts';
import type { ClusterRef } from './world.ts';

/** One request to the EKS API, as the simulator saw it. */
export interface LoggedRequest {
  /** As answered in `x-amzn-requestid`. */
  readonly requestId: string;
  /** When it had arrived whole, by the simulator's clock; ISO 8601, UTC. */
  readonly time: string;
  readonly method: string;
  /** As sent, with the query. */
  readonly path: string;
  /** The header `X-Amz-Date`; null when there was none. */
  readonly amzDate: string | null;
  /** This and what follows is null for a request that was refused before it was known what it asks for. */
  readonly operation: OperationName | null;
  readonly cluster: ClusterRef | null;
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  readonly associationId: string | null;
  /** As sent with a create or an update; null for every other request, and where none was sent. */
  readonly clientRequestToken: string | null;
  /** The fault that the request met. */
  readonly fault: FaultKind | null;
  /** What became of the operation: `succeeded`, the exception's name, `not-done` (by a fault) or `pending`. */
  readonly outcome: string;
  /** What the client was sent: a status, `cut`, or null for nothing (yet). */
  readonly answer: number | 'cut' | null;
}

/** The requests seen, oldest first; more than the last 10,000 are not kept. */
export interface RequestLog {
  /** Begins an entry; the function given back changes it. */
  readonly add: (request: LoggedRequest) => (change: Partial<LoggedRequest>) => void;
  readonly all: (operation?: OperationName) => readonly LoggedRequest[];
  readonly clear: () => void;
}

const maxRequests = 10_000;

/** Starts with no requests. */
export function openRequestLog(): RequestLog {
  // One slot for each request, so that an entry can still change after later ones came.
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
