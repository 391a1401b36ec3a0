import type { IncomingHttpHeaders } from 'node:http';
import { faultBehaviours } from './fault-behaviour.ts';
import type { Steps } from './fault-behaviour.ts';
import type { Faults } from './faults.ts';
import type { Backend, Call, OperationName } from './operation.ts';
import { findOperation } from './operations.ts';
import { accessDenied, refusal, serverError, throttled } from './reply.ts';
import { serviceOf } from './query-protocol.ts';
import type { Refusal, Reply } from './reply.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { readSignature } from './signature.ts';

/** A request that has arrived completely. */
export interface RawRequest {
  readonly requestId: string;
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** A refusal when the body was too long or not UTF-8. */
  readonly body: string | Refusal;
}

/** The connection to the client. */
export interface Connection {
  readonly answer: (reply: Reply) => void;
  /** Destroys the socket without an answer. */
  readonly cut: () => void;
  /**
   * Waits in real time, not by the simulator's clock. Never resolves after the simulator is closed.
   */
  readonly wait: (delayMs: number) => Promise<void>;
}

/** Dependencies of the EKS API. */
export interface ApiDependencies {
  readonly backend: Backend;
  readonly faults: Faults;
  readonly log: RequestLog;
  /** How far a signature's date may differ from the clock, in milliseconds. */
  readonly signatureWindowMs: number;
  /** Whether signatures dated by real time are accepted besides those dated by the clock. */
  readonly acceptsRealTime: boolean;
}

/** A call and the ARN of its signer. */
interface Received {
  readonly kind: 'received';
  readonly operation: OperationName;
  readonly call: Call;
  readonly principalArn: string;
}

/** Serves one request to the EKS API. Resolves when the request can have no further effect. */
export async function serveApi(deps: ApiDependencies, request: RawRequest, connection: Connection): Promise<void> {
  const { backend, faults, log } = deps;
  const updateEntry = log.add(newEntry(request, backend.clock()));
  const received = receive(deps, request);
  if (received.kind === 'refused') {
    updateEntry({ outcome: received.exception, answer: received.status });
    connection.answer(received);
    return;
  }

  const { operation, call, principalArn } = received;
  const fault = faults.take(operation, call);
  const { cluster, namespace, serviceAccount, associationId, clientRequestToken } = call;
  const asked = { operation, cluster, namespace, serviceAccount, associationId, clientRequestToken, principalArn };
  updateEntry({ ...asked, session: call.session ?? null, fault: fault?.kind ?? null });
  return faultBehaviours[fault?.kind ?? 'none'](stepsOf(received, fault?.delayMs ?? 0, updateEntry, connection));
}

/** Checks a request in the order of AWS: size and encoding, signature with its date, path, body. */
function receive(deps: ApiDependencies, request: RawRequest): Received | Refusal {
  const { backend, signatureWindowMs, acceptsRealTime } = deps;
  const { method, headers, body } = request;
  if (typeof body !== 'string') return body;
  const service = serviceOf(request);
  const otherTimes = acceptsRealTime ? [Date.now()] : [];
  const signer = readSignature(headers, backend, backend.clock(), signatureWindowMs, service, otherTimes);
  if (signer.kind === 'refused') return signer;

  const [path = '', query = ''] = request.url.split('?');
  const found = findOperation(service, method, path, body);
  if (!found) return refusal(404, 'UnknownOperationException', `${method} ${path} is not a simulated operation`);
  const { operation, pathParameters } = found;
  const call = operation.read({ signer, pathParameters, query: new URLSearchParams(query), body }, backend);
  if ('kind' in call) return call;
  return { kind: 'received', operation: operation.name, call, principalArn: signer.arn };
}

/** Builds the steps of serving a request; each updates its log entry. */
function stepsOf(
  { call, principalArn }: Received,
  delayMs: number,
  updateEntry: (change: Partial<LoggedRequest>) => void,
  connection: Connection,
): Steps {
  const clusterName = call.cluster?.clusterName;
  const { action, resource } = call.permission;
  return {
    effect: (lagMs) => {
      const reply = call.run(lagMs);
      updateEntry({ outcome: reply.kind === 'refused' ? reply.exception : 'succeeded' });
      return reply;
    },
    notDone: () => updateEntry({ outcome: 'not-done' }),
    answer: (reply) => {
      updateEntry({ answer: reply.status });
      connection.answer(reply);
    },
    cut: () => {
      updateEntry({ answer: 'cut' });
      connection.cut();
    },
    wait: () => connection.wait(delayMs),
    delayMs,
    refusals: {
      serverError: serverError(clusterName),
      throttled: throttled(clusterName),
      accessDenied: accessDenied(principalArn, action, resource),
    },
  };
}

function newEntry({ requestId, method, url, headers }: RawRequest, now: number): LoggedRequest {
  return {
    requestId,
    time: new Date(now).toISOString(),
    method,
    path: url,
    amzDate: headers['x-amz-date']?.toString() ?? null,
    accessKeyId: /[ ,]Credential=([^/,]+)\//.exec(headers.authorization ?? '')?.[1] ?? null,
    operation: null,
    cluster: null,
    namespace: null,
    serviceAccount: null,
    associationId: null,
    clientRequestToken: null,
    principalArn: null,
    session: null,
    fault: null,
    outcome: 'pending',
    answer: null,
  };
}
