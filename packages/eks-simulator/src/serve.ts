import type { IncomingHttpHeaders } from 'node:http';
import { courses } from './courses.ts';
import type { Steps } from './courses.ts';
import type { Faults } from './faults.ts';
import type { Backend, Call, OperationName } from './operation.ts';
import { findOperation } from './operations.ts';
import { accessDenied, refusal, serverError, throttled } from './reply.ts';
import type { Refusal, Reply } from './reply.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { readSignature } from './signature.ts';

/** A request that has arrived whole. */
export interface RawRequest {
  readonly requestId: string;
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** A refusal when it was too long or no UTF-8. */
  readonly body: string | Refusal;
}

/** The client's connection, and time. */
export interface Connection {
  readonly answer: (reply: Reply) => void;
  /** Destroys the socket: the client gets no answer. */
  readonly cut: () => void;
  /** Waits real time, whatever the simulator's clock says. Never ends once the simulator is closed. */
  readonly wait: (delayMs: number) => Promise<void>;
}

/** What the EKS API is served from. */
export interface ApiDependencies {
  readonly backend: Backend;
  readonly faults: Faults;
  readonly log: RequestLog;
  /** How far a signature's date may be from the clock, milliseconds. */
  readonly signatureWindowMs: number;
}

/** A call, and who makes it. */
interface Received {
  readonly kind: 'received';
  readonly operation: OperationName;
  readonly call: Call;
  readonly userArn: string;
}

/** Serves one request to the EKS API. The promise ends when nothing of the request can happen any more. */
export async function serveApi(deps: ApiDependencies, request: RawRequest, connection: Connection): Promise<void> {
  const { backend, faults, log } = deps;
  const note = log.add(firstEntry(request, backend.clock()));
  const received = receive(deps, request);
  if (received.kind === 'refused') {
    note({ outcome: received.exception, answer: received.status });
    connection.answer(received);
    return;
  }

  const { operation, call } = received;
  const fault = faults.take(operation, call);
  const { cluster, namespace, serviceAccount, associationId, clientRequestToken } = call;
  const asked = { operation, cluster, namespace, serviceAccount, associationId, clientRequestToken };
  note({ ...asked, fault: fault?.kind ?? null });
  return courses[fault?.kind ?? 'none'](stepsOf(received, fault?.delayMs ?? 0, note, connection));
}

/** The front door, in the order of AWS: size and encoding, signature, path, body. Time is checked here, and only here. */
function receive({ backend, signatureWindowMs }: ApiDependencies, request: RawRequest): Received | Refusal {
  const { method, headers, body } = request;
  if (typeof body !== 'string') return body;
  const signer = readSignature(headers, backend.world, backend.clock(), signatureWindowMs);
  if (signer.kind === 'refused') return signer;

  const [path = '', query = ''] = request.url.split('?');
  const found = findOperation(method, path);
  if (!found) return refusal(404, 'UnknownOperationException', `There is no operation ${method} ${path}`);
  const { operation, pathParameters } = found;
  const call = operation.read({ signer, pathParameters, query: new URLSearchParams(query), body }, backend);
  if ('kind' in call) return call;
  return { kind: 'received', operation: operation.name, call, userArn: signer.userArn };
}

/** What the course of a request is made of; every step is noted in the log. */
function stepsOf(
  { call, userArn }: Received,
  delayMs: number,
  note: (change: Partial<LoggedRequest>) => void,
  connection: Connection,
): Steps {
  const { clusterName } = call.cluster;
  const { action, resource } = call.permission;
  return {
    effect: (lagMs) => {
      const reply = call.run(lagMs);
      note({ outcome: reply.kind === 'refused' ? reply.exception : 'succeeded' });
      return reply;
    },
    notDone: () => note({ outcome: 'not-done' }),
    answer: (reply) => {
      note({ answer: reply.status });
      connection.answer(reply);
    },
    cut: () => {
      note({ answer: 'cut' });
      connection.cut();
    },
    wait: () => connection.wait(delayMs),
    delayMs,
    refusals: {
      serverError: serverError(clusterName),
      throttled: throttled(clusterName),
      accessDenied: accessDenied(userArn, action, resource),
    },
  };
}

function firstEntry({ requestId, method, url, headers }: RawRequest, now: number): LoggedRequest {
  return {
    requestId,
    time: new Date(now).toISOString(),
    method,
    path: url,
    amzDate: headers['x-amz-date']?.toString() ?? null,
    ...{ operation: null, cluster: null, namespace: null, serviceAccount: null, associationId: null },
    ...{ clientRequestToken: null, fault: null, outcome: 'pending', answer: null },
  };
}
