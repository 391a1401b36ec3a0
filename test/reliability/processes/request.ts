import type { CallerAnswer, ChangeKind, VoteAnswer } from '../facts.ts';

/** A mutation and its principal. */
export interface LoadMutation {
  readonly kind: ChangeKind;
  /** Name of the example principal. */
  readonly principal: string;
  readonly clientRequestToken: string;
  /** The input of the mutation without its token. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** The result of one request. */
export interface RequestResult {
  readonly answer: CallerAnswer;
  /** Whether the same request always gets this answer from now on. */
  readonly isFinal: boolean;
  /** The association in the answer, or the existing one that caused the refusal. */
  readonly association: AssociationView | null;
}

/** The selected fields of an association. */
export interface AssociationView {
  readonly associationId: string;
  readonly associationArn: string;
  readonly roleArn: string;
  readonly modifiedAt: string;
}

const payload = /* GraphQL */ `
  fragment Shown on AssociationState {
    associationId
    associationArn
    roleArn
    modifiedAt
  }
  fragment Refused on Refusal {
    code
    retryable
    ... on AssociationAlreadyExists {
      existing {
        ...Shown
      }
    }
  }
`;

const selection = '{ status association { ...Shown } refusal { ...Refused } auditEntry { operationId event } }';

const documents: Readonly<Record<ChangeKind, string>> = {
  create: `mutation ($input: CreatePodIdentityAssociationInput!) { payload: createPodIdentityAssociation(input: $input) ${selection} } ${payload}`,
  update: `mutation ($input: UpdatePodIdentityAssociationInput!) { payload: updatePodIdentityAssociation(input: $input) ${selection} } ${payload}`,
  delete: `mutation ($input: DeletePodIdentityAssociationInput!) { payload: deletePodIdentityAssociation(input: $input) ${selection} } ${payload}`,
  tag: `mutation ($input: TagPodIdentityAssociationInput!) { payload: tagPodIdentityAssociation(input: $input) ${selection} } ${payload}`,
  untag: `mutation ($input: UntagPodIdentityAssociationInput!) { payload: untagPodIdentityAssociation(input: $input) ${selection} } ${payload}`,
};

/** The selected part of a response. */
interface Body {
  readonly data?: {
    readonly payload: {
      readonly status: 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS';
      readonly association: AssociationView | null;
      readonly refusal: {
        readonly code: string;
        readonly retryable: boolean;
        readonly existing?: AssociationView;
      } | null;
      readonly auditEntry: { readonly operationId: string; readonly event: string };
    };
  } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Sends a request once and waits at most `timeoutMs` for its answer. The token is also sent as `reason`. */
export async function sendRequest(
  url: string,
  bearer: string,
  mutation: LoadMutation,
  timeoutMs: number,
): Promise<RequestResult> {
  const { kind, principal, clientRequestToken } = mutation;
  const input = { ...mutation.input, clientRequestToken, reason: clientRequestToken };
  const startedAt = Date.now();
  const answered = await post(url, bearer, { query: documents[kind], variables: { input } }, timeoutMs);
  const request = { principal: principalId(principal), kind, clientRequestToken, startedAt, answeredAt: Date.now() };
  return resultOf(request, answered && { ...answered, body: answered.body as Body | null });
}

type Request = Pick<CallerAnswer, 'principal' | 'kind' | 'clientRequestToken' | 'startedAt' | 'answeredAt'>;

function resultOf(
  request: Request,
  answered: { readonly httpStatus: number; readonly body: Body | null } | null,
): RequestResult {
  const nothing = { associationArn: null, operationId: null, event: null };
  if (!answered) {
    const answer = { ...request, ...nothing, status: 'NONE', code: null, httpStatus: null } as const;
    return { answer, isFinal: false, association: null };
  }
  const { httpStatus, body } = answered;
  const result = body?.data?.payload;
  if (!result) {
    const code = body?.errors?.[0]?.extensions?.code ?? null;
    return { answer: { ...request, ...nothing, status: 'ERROR', code, httpStatus }, isFinal: false, association: null };
  }
  const { status, association, refusal, auditEntry } = result;
  const associationArn = association?.associationArn ?? null;
  const answer = { ...request, status, code: refusal?.code ?? null, httpStatus, associationArn, ...auditEntry };
  const isFinal = status === 'SUCCEEDED' || (status === 'REFUSED' && refusal?.retryable === false);
  return { answer, isFinal, association: association ?? refusal?.existing ?? null };
}

/** Null if there is no answer: connection refused, connection reset or timeout. */
async function post(url: string, bearer: string, body: object, timeoutMs: number) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { httpStatus: response.status, body: parsed(text) };
  } catch {
    return null;
  }
}

/** Null if the text is not JSON, which the gateway never sends. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The public ids of the pending approvals; none without an answer. */
export async function readPending(url: string, bearer: string, timeoutMs: number): Promise<readonly string[]> {
  const query = '{ approvals { nodes { id } } }';
  const answered = await post(url, bearer, { query }, timeoutMs);
  const body = answered?.body as PendingBody | null | undefined;
  return body?.data?.approvals?.nodes.map(({ id }) => id) ?? [];
}

interface PendingBody {
  readonly data?: { readonly approvals: { readonly nodes: readonly { readonly id: string }[] } | null } | null;
}

/** A vote of a person. */
export interface LoadVote {
  readonly by: string;
  readonly vote: 'approve' | 'reject';
  readonly publicId: string;
}

/** Sends a vote once. */
export async function sendVote(
  url: string,
  bearer: string,
  { by, vote, publicId }: LoadVote,
  timeoutMs: number,
): Promise<VoteAnswer> {
  const type = vote === 'approve' ? 'ApproveInput' : 'RejectInput';
  const query = `mutation ($input: ${type}!) { vote: ${vote}(input: $input) { auditEntry { event } } }`;
  const variables = { input: { approvalId: publicId } };
  const answered = await post(url, bearer, { query, variables }, timeoutMs);
  const body = answered?.body as VoteBody | null | undefined;
  return {
    approvalId: publicId.split('.')[0] ?? '',
    principal: principalId(by),
    event: body?.data?.vote?.auditEntry.event ?? null,
    httpStatus: answered?.httpStatus ?? null,
  };
}

interface VoteBody {
  readonly data?: { readonly vote: { readonly auditEntry: { readonly event: string } } | null } | null;
}

/** Id of an example principal, as in the audit trail. */
function principalId(name: string): string {
  return `https://issuer.example#${name}`;
}
