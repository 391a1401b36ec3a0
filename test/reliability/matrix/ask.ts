import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createContext } from '../../../src/local/http-api/context.ts';
import { createDocument, deleteDocument, updateDocument } from '../../support/documents.ts';
import { jwtEvent } from '../../support/lambda-event.ts';
import type { CallerAnswer, ChangeKind } from '../facts.ts';
import type { Process } from './contender.ts';
import { inputOf } from './subject.ts';

/** A request of a case. */
export interface Asking {
  readonly kind: ChangeKind;
  /** What is to be changed; null for a create. */
  readonly associationId: string | null;
  readonly by: 'alice' | 'bob';
  /** Whether it asks, with the same token, for something else. */
  readonly other?: true;
  /** Whether it breaks rules. */
  readonly invalid?: true;
}

/** What is known of an answer without a clock. */
export type Answered = Omit<CallerAnswer, 'startedAt' | 'answeredAt'>;

const documents = { create: createDocument, update: updateDocument, delete: deleteDocument };

/** Signed once: nobody looks at the date again. */
const events = { alice: await jwtEvent('alice', ''), bob: await jwtEvent('bob', '') };

let requests = 0;

/** Sends a request through a process's handler, as API Gateway does; after `forMs` it is over, with no answer. */
export async function ask({ handler }: Process, asking: Asking, forMs: number): Promise<Answered> {
  const context = createContext({ accountId: '111122223333', functionName: 'matrix' }, Date.now() + forMs);
  const event = eventOf(asking);
  const { promise: over, resolve: end } = Promise.withResolvers<null>();
  const timer = setTimeout(() => end(null), forMs);
  try {
    const answer = await Promise.race([handler(event, context), over]);
    if (answer === null) return noAnswer(asking);
    const { requestId: apiRequestId } = event.requestContext;
    return { ...readAnswer(asking, answer.statusCode ?? 500, answer.body ?? ''), apiRequestId };
  } finally {
    clearTimeout(timer);
  }
}

/** What one is answered who gets no answer. */
export function noAnswer({ kind, by, other }: Asking): Answered {
  return {
    principal: `https://issuer.example#${by}`,
    kind,
    // Another request with the token is one of its own: it is refused, whatever becomes of the first.
    clientRequestToken: other ? 'first, of another request' : 'first',
    status: 'NONE',
    ...{ code: null, httpStatus: null, associationArn: null, operationId: null, event: null },
  };
}

function eventOf(asking: Asking): APIGatewayProxyEventV2 {
  const event = events[asking.by];
  requests += 1;
  const body = JSON.stringify({ query: documents[asking.kind], variables: { input: inputOf(asking) } });
  return {
    ...event,
    body,
    isBase64Encoded: false,
    requestContext: { ...event.requestContext, requestId: `request-${requests}` },
  };
}

function readAnswer(asking: Asking, httpStatus: number, body: string): Answered {
  const { data, errors } = JSON.parse(body) as GraphqlAnswer;
  const payload = data?.[asking.kind];
  if (!payload) {
    const code = errors?.[0]?.extensions?.code ?? 'NO_CODE';
    return { ...noAnswer(asking), status: 'ERROR', code, httpStatus };
  }
  const { status, refusal, association, auditEntry } = payload;
  return {
    ...noAnswer(asking),
    status,
    httpStatus,
    code: refusal?.code ?? null,
    associationArn: association?.associationArn ?? null,
    operationId: auditEntry?.operationId ?? null,
    event: auditEntry?.event ?? null,
  };
}

/** An answer of the handler, as far as it is looked at. */
interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, Payload | null>> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

interface Payload {
  readonly status: 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS';
  readonly refusal: { readonly code: string } | null;
  readonly association: { readonly associationArn: string } | null;
  readonly auditEntry: { readonly operationId: string; readonly event: string } | null;
}
