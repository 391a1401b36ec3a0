import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { makeContext } from '../../../packages/local-gateway/src/http-api/context.ts';
import { claimsOf } from '../../support/held-requests.ts';
import {
  adoptDocument,
  createDocument,
  deleteDocument,
  ensureDocument,
  ensureNoDocument,
  tagDocument,
  untagDocument,
  updateDocument,
} from '../../support/documents.ts';
import { claimsEvent, jwtEvent } from '../../support/lambda-event.ts';
import type { CallerAnswer, MutationKind, VoteAnswer } from '../facts.ts';
import type { CaseRequest } from './case-request.ts';
import type { Process } from './implementation.ts';
import { declarationOf, desiredRoleOf, inputOf } from './target.ts';

/** An answer without its times. */
export type AnswerContent = Omit<CallerAnswer, 'startedAt' | 'answeredAt'>;

const documents: Readonly<Record<MutationKind, string>> = {
  ...{ create: createDocument, update: updateDocument, delete: deleteDocument, adopt: adoptDocument },
  ...{ tag: tagDocument, untag: untagDocument },
};

function documentOf({ kind, ensures }: CaseRequest): string {
  if (!ensures) return documents[kind];
  return kind === 'delete' ? ensureNoDocument : ensureDocument;
}

/** Signed once: the events carry verified claims, so their age doesn't matter. */
const events = { alice: await jwtEvent('alice', ''), bob: await jwtEvent('bob', ''), pat: await jwtEvent('pat', '') };

/** A member of the group whose approval policy demands. */
const approver = await claimsEvent(claimsOf.nina, '');

/** Id of that person. */
export const approverId = `https://issuer.example#${claimsOf.nina.sub}`;

let requests = 0;

/**
 * Sends a request to a process's handler, as API Gateway does. Reports `NONE` after `forMs` milliseconds without an
 * answer.
 */
export async function sendRequest(process: Process, request: CaseRequest, forMs: number): Promise<AnswerContent> {
  const variables = { input: inputOf(request) };
  const answer = await answerTo(process, events[request.by], { query: documentOf(request), variables }, forMs);
  if (answer === null) return noAnswer(request);
  const { httpStatus, body, apiRequestId } = answer;
  return { ...readAnswer(request, httpStatus, body), apiRequestId };
}

/** Sends an approver's vote for an approval. */
export async function sendVote(process: Process, publicId: string, forMs: number): Promise<VoteAnswer> {
  const query = 'mutation ($input: ApproveInput!) { approve(input: $input) { auditEntry { event } } }';
  const answer = await answerTo(process, approver, { query, variables: { input: { approvalId: publicId } } }, forMs);
  if (answer === null) return noVote(publicId);
  const { data } = JSON.parse(answer.body) as VoteBody;
  return { ...noVote(publicId), event: data?.approve?.auditEntry.event ?? null, httpStatus: answer.httpStatus };
}

/** A vote whose answer never arrived. */
export function noVote(publicId: string): VoteAnswer {
  const [approvalId = ''] = publicId.split('.');
  return { approvalId, principal: approverId, event: null, httpStatus: null };
}

interface VoteBody {
  readonly data?: { readonly approve: { readonly auditEntry: { readonly event: string } } | null } | null;
}

/** The answer to a request by the caller of `event`; null after `forMs` milliseconds without one. */
async function answerTo({ handler }: Process, event: APIGatewayProxyEventV2, request: object, forMs: number) {
  const context = makeContext({ accountId: '111122223333', functionName: 'matrix' }, Date.now() + forMs);
  requests += 1;
  const apiRequestId = `request-${requests}`;
  const requestContext = { ...event.requestContext, requestId: apiRequestId };
  const sent = { ...event, body: JSON.stringify(request), isBase64Encoded: false, requestContext };
  const { promise: over, resolve: end } = Promise.withResolvers<null>();
  const timer = setTimeout(() => end(null), forMs);
  try {
    const answer = await Promise.race([handler(sent, context), over]);
    return answer && { httpStatus: answer.statusCode ?? 500, body: answer.body ?? '', apiRequestId };
  } finally {
    clearTimeout(timer);
  }
}

/** The content of an answer that never arrived. */
export function noAnswer(request: CaseRequest): AnswerContent {
  const { kind, by, other, ensures, takesOver, expectedModifiedAt } = request;
  return {
    principal: `https://issuer.example#${by}`,
    kind,
    // Different input with the same token is tracked as a separate token: it is refused whatever the first request
    // does.
    clientRequestToken: other ? 'first, with other input' : 'first',
    ...(expectedModifiedAt === null ? {} : { expectedModifiedAt }),
    ...(ensures && {
      desired: {
        ...{ roleArn: desiredRoleOf(request), declaration: declarationOf(request) },
        ...(takesOver && { takesOver }),
      },
    }),
    status: 'NONE',
    ...{ code: null, httpStatus: null, associationArn: null, operationId: null, event: null },
  };
}

function readAnswer(request: CaseRequest, httpStatus: number, body: string): AnswerContent {
  const { data, errors } = JSON.parse(body) as GraphqlAnswer;
  const payload = data?.[request.ensures ? 'ensured' : request.kind];
  if (!payload) {
    const code = errors?.[0]?.extensions?.code ?? 'NO_CODE';
    return { ...noAnswer(request), status: 'ERROR', code, httpStatus };
  }
  const { status, refusal, association, auditEntry, isSettled } = payload;
  return {
    ...noAnswer(request),
    status,
    httpStatus,
    code: refusal?.code ?? null,
    associationArn: association?.associationArn ?? null,
    operationId: auditEntry?.operationId ?? null,
    event: auditEntry?.event ?? null,
    ...(isSettled !== undefined && { isSettled }),
  };
}

/** The part of a GraphQL response that the matrix reads. */
interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, Payload | null>> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

interface Payload {
  readonly status: 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS';
  /** Only of desired states. */
  readonly isSettled?: boolean;
  readonly refusal: { readonly code: string } | null;
  readonly association: { readonly associationArn: string } | null;
  readonly auditEntry: { readonly operationId: string; readonly event: string } | null;
}
