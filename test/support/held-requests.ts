import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimsEvent, iamEvent } from './lambda-event.ts';
import type { ExamplePrincipal } from '../../packages/local-gateway/src/principals.ts';
import type { Gateway } from './gateway.ts';
import { packPolicies } from '../../src/policy-versions/packed-policies.ts';
import type { PackedPolicies, PolicyFiles } from '../../src/policy-versions/packed-policies.ts';
import type { ListedVersion } from '../../src/policy-versions/policy-version.ts';
import type { PolicyStore } from '../../src/policy-versions/store.ts';
import { copyOfShipped } from './policy-sample.ts';
import { shippedVersion, versionOf } from './policy-versions.ts';

/** Creates and deletes for service accounts whose names begin with `held` need the approval of security. */
export const heldRule = `@id("held-needs-approval")
@message("Changes of held service accounts need an approval.")
@advice("Ask a member of security to approve the request.")
@approvers("security")
forbid (
  principal,
  action in
    [PodIdentity::Action::"CreatePodIdentityAssociation",
     PodIdentity::Action::"DeletePodIdentityAssociation"],
  resource
)
when { resource.serviceAccount like "held*" };
`;

/** A folder with the shipped policies, and these added to `approvals.cedar`. Remove it when the test ends. */
export function withApprovals(approvals = heldRule): string {
  const folder = copyOfShipped();
  appendFileSync(join(folder, 'approvals.cedar'), approvals);
  const file = join(folder, 'required-policies.json');
  const required = JSON.parse(readFileSync(file, 'utf8')) as string[];
  writeFileSync(file, JSON.stringify([...required, ...idsOf(approvals)]));
  return folder;
}

/** A version of the shipped policies with these added to `approvals.cedar`, and without cases. */
export function versionOfApprovals(approvals: string): PolicyFiles {
  const whole = shippedVersion({ cases: {} });
  const policies = { ...whole.policies, 'approvals.cedar': `${whole.policies['approvals.cedar'] ?? ''}${approvals}` };
  return {
    ...whole,
    policies,
    required: JSON.stringify([...(JSON.parse(whole.required) as string[]), ...idsOf(approvals)]),
  };
}

function idsOf(policies: string): string[] {
  return [...policies.matchAll(/@id\("([^"]+)"\)/g)].flatMap(([, id]) => id ?? []);
}

/** Policy versions in memory. `publish` adds one, without verifying it. */
export function policyVersions() {
  const list: ListedVersion[] = [];
  const packed = new Map<string, PackedPolicies>();
  const store: PolicyStore = {
    versions: (limit) => Promise.resolve(list.slice(0, limit)),
    getVersion: (number) => Promise.resolve(list.find((one) => one.number === number)?.version ?? null),
    getPolicies: (hash) => Promise.resolve(packed.get(hash) ?? null),
    putPolicies: () => Promise.reject(new Error('Read only.')),
    putVersion: () => Promise.reject(new Error('Read only.')),
    close: () => undefined,
  };
  const publish = (files: PolicyFiles) => {
    const policies = packPolicies(files);
    packed.set(policies.hash, policies);
    list.unshift({ number: list.length, version: versionOf(list.length, files, { versionHash: policies.hash }) });
  };
  return { store, publish };
}

/** People and services of the tests, by the claims of their tokens. */
export const claimsOf = {
  alice: { sub: 'alice', groups: ['payments-team'] },
  /** Owns payments and is in security. */
  aliceOfSecurity: { sub: 'alice', groups: ['payments-team', 'security'] },
  aliceOnCall: { sub: 'alice', groups: ['payments-team', 'security', 'on-call'] },
  aliceViaChatops: { sub: 'alice', groups: ['payments-team', 'security'], act: { sub: 'chatops' } },
  nina: { sub: 'nina', groups: ['security'] },
  ninaOfTwo: { sub: 'nina', groups: ['security', 'interns'] },
  ninaOfSearch: { sub: 'nina', groups: ['security', 'search-team'] },
  sven: { sub: 'sven', groups: ['security'] },
  ninaViaChatops: { sub: 'nina', groups: ['security'], act: { sub: 'chatops' } },
  bob: { sub: 'bob', groups: ['search-team'] },
  olivia: { sub: 'olivia', groups: ['auditors'] },
  chatops: { sub: 'chatops', client_id: 'chatops' },
  chatopsOfSecurity: { sub: 'chatops', client_id: 'chatops', groups: ['security'] },
} as const satisfies Record<string, ExamplePrincipal['claims']>;

export type Who = keyof typeof claimsOf;

/** What an answer shows of an approval. */
export interface ShownApproval {
  readonly id: string;
  readonly state: string;
  readonly expiresAt: string;
  readonly operationId: string | null;
  readonly rejectedBy: { readonly comment: string | null } | null;
  readonly needs: readonly {
    readonly policyId: string;
    readonly count: number;
    readonly approvedBy: readonly {
      readonly principal: { readonly principalId: string };
      readonly ownRequest: boolean;
    }[];
  }[];
}

/** What an answer shows of a change. */
export interface HeldPayload {
  readonly status: string;
  readonly retryAfterSeconds: number | null;
  readonly association: { readonly associationId: string } | null;
  readonly refusal: {
    readonly __typename: string;
    readonly code: string;
    readonly message: string;
    readonly approval?: ShownApproval | null;
  } | null;
  readonly auditEntry: { readonly operationId: string; readonly event: string };
}

/** The answer to a vote. */
export interface VotePayload {
  readonly approval: ShownApproval | null;
  readonly refusal: { readonly code: string; readonly message: string } | null;
  readonly auditEntry: {
    readonly id: string;
    readonly event: string;
    readonly message: string;
    readonly approvalId: string | null;
  };
}

const shown = `fragment Shown on Approval {
  id state expiresAt operationId reason onBehalfOf
  principal { principalId } target { serviceAccount } request { roleArn } before { associationId }
  rejectedBy { comment }
  needs { policyId message group count approvedBy { principal { principalId } comment ownRequest } }
}`;
const refusal = `refusal { __typename code message advice retryable ... on ApprovalRequired { approval { ...Shown } needs { policyId } } }`;
const payload = `status retryAfterSeconds association { associationId } ${refusal} auditEntry { operationId event }`;
const createDocument = `${shown} mutation ($input: CreatePodIdentityAssociationInput!) {
  result: createPodIdentityAssociation(input: $input) { ${payload} }
}`;
const updateDocument = `${shown} mutation ($input: UpdatePodIdentityAssociationInput!) {
  result: updatePodIdentityAssociation(input: $input) { ${payload} }
}`;
const deleteDocument = `${shown} mutation ($input: DeletePodIdentityAssociationInput!) {
  result: deletePodIdentityAssociation(input: $input) { ${payload} }
}`;
const voteDocument = (
  vote: string,
) => `${shown} mutation ($input: ${vote === 'approve' ? 'ApproveInput' : 'RejectInput'}!) {
  result: ${vote}(input: $input) { approval { ...Shown } refusal { code message } auditEntry { id event message approvalId } }
}`;
const approvalDocument = `${shown} query ($id: ID!) { result: approval(id: $id) { ...Shown } }`;
const approvalsDocument = `${shown} query ($scope: ApprovalScope, $state: ApprovalState, $first: Int, $after: String) {
  result: approvals(scope: $scope, state: $state, first: $first, after: $after) {
    nodes { ...Shown } edges { cursor } pageInfo { hasNextPage endCursor }
  }
}`;

/** A create that is held. */
export const held = {
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'held',
  roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
  tags: [{ key: 'team', value: 'payments' }],
  clientRequestToken: 'held',
};

/** A page of approvals. */
export interface ShownPage {
  readonly nodes: readonly ShownApproval[];
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** An answer of the handler. */
interface Answer<T> {
  readonly data: { readonly result: T | null } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

const lambda = { getRemainingTimeInMillis: () => 30_000 } as Parameters<Gateway['handler']>[1];

/** Sends what a request with approvals needs through the handler of a gateway, as people and services of {@link claimsOf}. */
export function approvalsOf({ handler }: Pick<Gateway, 'handler'>) {
  const answerTo = async <T>(event: Awaited<ReturnType<typeof claimsEvent>>): Promise<Answer<T>> => {
    const { body = '' } = await handler(event, lambda);
    return JSON.parse(body) as Answer<T>;
  };
  const send = async <T>(who: Who, document: string, variables: object): Promise<T> => {
    const answered = await answerTo<T>(await claimsEvent(claimsOf[who], document, variables));
    if (!answered.data || answered.errors) throw new Error(JSON.stringify(answered));
    return answered.data.result as T;
  };
  const vote =
    (name: 'approve' | 'reject') =>
    (who: Who, approvalId: string, comment?: string): Promise<VotePayload> =>
      send(who, voteDocument(name), { input: { approvalId, comment } });
  return {
    send,
    answerTo,
    create: (who: Who, input: object = {}): Promise<HeldPayload> =>
      send(who, createDocument, { input: { ...held, ...input } }),
    update: (who: Who, input: object): Promise<HeldPayload> =>
      send(who, updateDocument, { input: { clusterName: held.clusterName, ...input } }),
    remove: (who: Who, input: object): Promise<HeldPayload> =>
      send(who, deleteDocument, { input: { clusterName: held.clusterName, ...input } }),
    approve: vote('approve'),
    reject: vote('reject'),
    read: (who: Who, id: string): Promise<ShownApproval | null> => send(who, approvalDocument, { id }),
    list: (who: Who, input: object = {}): Promise<ShownPage> => send(who, approvalsDocument, input),
    /** The errors of an approval with the claims of a person, from another issuer. */
    approveElsewhere: async (who: Who, approvalId: string) => {
      const event = await claimsEvent(claimsOf[who], voteDocument('approve'), { input: { approvalId } });
      const { jwt } = (event.requestContext as unknown as { authorizer: { jwt: { claims: object } } }).authorizer;
      Object.assign(jwt.claims, { iss: 'https://other.example' });
      return (await answerTo<VotePayload>(event)).errors?.map(({ extensions }) => extensions.code);
    },
    /** An approval with the signature of an AWS session: by default one of the role `ci-deployer`, which is of payments-team. */
    approveSigned: async (approvalId: string, userArn?: string) => {
      const event = await iamEvent(voteDocument('approve'), { input: { approvalId } });
      if (userArn !== undefined) {
        const { iam } = (event.requestContext as unknown as { authorizer: { iam: object } }).authorizer;
        Object.assign(iam, { userArn, accountId: userArn.split(':')[4] });
      }
      return (await answerTo<VotePayload>(event)).data?.result;
    },
  };
}

/** The approval that a held request asks for. Throws if it is not held. */
export function approvalIn({ refusal: why }: HeldPayload): ShownApproval {
  if (why?.code !== 'APPROVAL_REQUIRED' || !why.approval) throw new Error(`Not held: ${JSON.stringify(why)}`);
  return why.approval;
}
