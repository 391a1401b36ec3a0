import type { CallerAnswer, ChangeKind } from '../facts.ts';

/** A mutation, and who asks for it. */
export interface Wish {
  readonly kind: ChangeKind;
  /** Name of the example principal. */
  readonly asker: string;
  readonly clientRequestToken: string;
  /** All of the mutation's input but the token. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** What came back of one request. */
export interface Told {
  readonly answer: CallerAnswer;
  /** Whether the same request, sent again, could be answered otherwise. */
  readonly isFinal: boolean;
  /** The association of the answer, or the one that stood in the way. */
  readonly association: ToldAssociation | null;
}

/** An association as an answer shows it. */
export interface ToldAssociation {
  readonly associationId: string;
  readonly associationArn: string;
  readonly roleArn: string;
}

const payload = /* GraphQL */ `
  fragment Shown on PodIdentityAssociation {
    associationId
    associationArn
    roleArn
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
};

/** What the gateway answers, as far as it is asked for above. */
interface Body {
  readonly data?: {
    readonly payload: {
      readonly status: 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS';
      readonly association: ToldAssociation | null;
      readonly refusal: {
        readonly code: string;
        readonly retryable: boolean;
        readonly existing?: ToldAssociation;
      } | null;
      readonly auditEntry: { readonly operationId: string; readonly event: string };
    };
  } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Sends a request once, and waits for its answer no longer than `timeoutMs`. The reason that it gives is its token. */
export async function ask(url: string, bearer: string, wish: Wish, timeoutMs: number): Promise<Told> {
  const { kind, asker, clientRequestToken } = wish;
  const input = { ...wish.input, clientRequestToken, reason: clientRequestToken };
  const startedAt = Date.now();
  const answered = await post(url, bearer, { query: documents[kind], variables: { input } }, timeoutMs);
  const request = { principal: principalId(asker), kind, clientRequestToken, startedAt, answeredAt: Date.now() };
  return toldOf(request, answered);
}

type Request = Pick<CallerAnswer, 'principal' | 'kind' | 'clientRequestToken' | 'startedAt' | 'answeredAt'>;

function toldOf(request: Request, answered: { readonly httpStatus: number; readonly body: Body | null } | null): Told {
  const nothing = { associationArn: null, operationId: null, event: null };
  if (!answered) {
    const answer = { ...request, ...nothing, status: 'NONE', code: null, httpStatus: null } as const;
    return { answer, isFinal: false, association: null };
  }
  const { httpStatus, body } = answered;
  const told = body?.data?.payload;
  if (!told) {
    const code = body?.errors?.[0]?.extensions?.code ?? null;
    return { answer: { ...request, ...nothing, status: 'ERROR', code, httpStatus }, isFinal: false, association: null };
  }
  const { status, association, refusal, auditEntry } = told;
  const associationArn = association?.associationArn ?? null;
  const answer = { ...request, status, code: refusal?.code ?? null, httpStatus, associationArn, ...auditEntry };
  const isFinal = status === 'SUCCEEDED' || (status === 'REFUSED' && refusal?.retryable === false);
  return { answer, isFinal, association: association ?? refusal?.existing ?? null };
}

/** Null where no answer came: no connection, a cut one, or none in time. */
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

/** Null for what is no JSON, which the gateway never sends. */
function parsed(text: string): Body | null {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return null;
  }
}

/** Id of an example principal, as the trail names it. */
function principalId(name: string): string {
  return `https://issuer.example#${name}`;
}
