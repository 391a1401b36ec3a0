import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { makeContext } from '../../../packages/local-gateway/src/http-api/context.ts';
import { adoptDocument, createDocument, deleteDocument, updateDocument } from '../../support/documents.ts';
import { jwtEvent } from '../../support/lambda-event.ts';
import type { CallerAnswer } from '../facts.ts';
import type { CaseRequest } from './case-request.ts';
import type { Process } from './implementation.ts';
import { inputOf } from './target.ts';

/** An answer without its times. */
export type AnswerContent = Omit<CallerAnswer, 'startedAt' | 'answeredAt'>;

const documents = { create: createDocument, update: updateDocument, delete: deleteDocument, adopt: adoptDocument };

/** Signed once: the events carry verified claims, so their age doesn't matter. */
const events = { alice: await jwtEvent('alice', ''), bob: await jwtEvent('bob', ''), pat: await jwtEvent('pat', '') };

let requests = 0;

/**
 * Sends a request to a process's handler, as API Gateway does. Reports `NONE` after `forMs` milliseconds without an
 * answer.
 */
export async function sendRequest({ handler }: Process, request: CaseRequest, forMs: number): Promise<AnswerContent> {
  const context = makeContext({ accountId: '111122223333', functionName: 'matrix' }, Date.now() + forMs);
  const event = eventOf(request);
  const { promise: over, resolve: end } = Promise.withResolvers<null>();
  const timer = setTimeout(() => end(null), forMs);
  try {
    const answer = await Promise.race([handler(event, context), over]);
    if (answer === null) return noAnswer(request);
    const { requestId: apiRequestId } = event.requestContext;
    return { ...readAnswer(request, answer.statusCode ?? 500, answer.body ?? ''), apiRequestId };
  } finally {
    clearTimeout(timer);
  }
}

/** The content of an answer that never arrived. */
export function noAnswer({ kind, by, other, expectedModifiedAt }: CaseRequest): AnswerContent {
  return {
    principal: `https://issuer.example#${by}`,
    kind,
    // Different input with the same token is tracked as a separate token: it is refused whatever the first request
    // does.
    clientRequestToken: other ? 'first, with other input' : 'first',
    ...(expectedModifiedAt === null ? {} : { expectedModifiedAt }),
    status: 'NONE',
    ...{ code: null, httpStatus: null, associationArn: null, operationId: null, event: null },
  };
}

function eventOf(request: CaseRequest): APIGatewayProxyEventV2 {
  const event = events[request.by];
  requests += 1;
  const body = JSON.stringify({ query: documents[request.kind], variables: { input: inputOf(request) } });
  return {
    ...event,
    body,
    isBase64Encoded: false,
    requestContext: { ...event.requestContext, requestId: `request-${requests}` },
  };
}

function readAnswer(request: CaseRequest, httpStatus: number, body: string): AnswerContent {
  const { data, errors } = JSON.parse(body) as GraphqlAnswer;
  const payload = data?.[request.kind];
  if (!payload) {
    const code = errors?.[0]?.extensions?.code ?? 'NO_CODE';
    return { ...noAnswer(request), status: 'ERROR', code, httpStatus };
  }
  const { status, refusal, association, auditEntry } = payload;
  return {
    ...noAnswer(request),
    status,
    httpStatus,
    code: refusal?.code ?? null,
    associationArn: association?.associationArn ?? null,
    operationId: auditEntry?.operationId ?? null,
    event: auditEntry?.event ?? null,
  };
}

/** The part of a GraphQL response that the matrix reads. */
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
