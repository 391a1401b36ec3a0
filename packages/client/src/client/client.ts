import { documents } from '../generated/operations.ts';
import type * as Schema from '../generated/operations.ts';
import type { Approval, HeldRequest, MutationOptions } from './approval.ts';
import { sendUntilDecided } from './approval.ts';
import type { Authentication } from './auth.ts';
import { call } from './call.ts';
import type { CallOptions, Sender } from './call.ts';
import { ensureAttempts } from './ensure.ts';
import type { EnsureResult } from './ensure.ts';
import type { GatewayDocument, RequestOptions } from './own-document.ts';
import { sendDocument } from './own-document.ts';
import type { FieldOf, OperationName, Operations } from './operations.ts';
import type { MutationResult } from './result.ts';
import { attemptOf, resultOf } from './result.ts';
import type { Attempt, RetryLimits } from './retry.ts';
import type { Fetch } from './transport.ts';

/** What a client is made of. */
export interface ClientSettings {
  /**
   * URL of the gateway, e.g. `https://abc.execute-api.eu-central-1.amazonaws.com`. A path of the
   * API at its end is replaced.
   */
  readonly url: string;
  /** {@link bearer}, {@link sigV4} or {@link anonymous}. */
  readonly authentication: Authentication;
  /** By default the platform's own. */
  readonly fetch?: Fetch;
  /**
   * Milliseconds for one attempt; null for no limit. By default 35 seconds: API Gateway answers
   * within 30.
   */
  readonly timeoutMs?: number | null;
  /** By default 8 attempts within a minute. */
  readonly retries?: Partial<RetryLimits>;
  /** Headers to add to every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The operations of the gateway, one function each. All of them retry as the settings allow: lost
 * answers, requests in progress, and whatever the gateway says can succeed later. A mutation keeps
 * its token in all attempts; the client generates one where the input has none. They throw a
 * `GatewayError` for an error of the gateway, a `LostAnswerError` if no attempt got an answer, and
 * the reason of `signal`.
 */
export interface GatewayClient {
  /**
   * Creates an association. `kind` of the result is `succeeded` with the association, `refused` with
   * the reason, or `inProgress` where no attempt had a result in time: send it again with its token.
   */
  readonly createPodIdentityAssociation: Mutation<Schema.CreatePodIdentityAssociationInput>;
  /**
   * Changes role or settings of an association; fields that are absent stay as they are. Results and
   * retries as those of a create.
   */
  readonly updatePodIdentityAssociation: Mutation<Schema.UpdatePodIdentityAssociationInput>;
  /**
   * Deletes an association. The result has the association as it was. Results and retries as those
   * of a create.
   */
  readonly deletePodIdentityAssociation: Mutation<Schema.DeletePodIdentityAssociationInput>;
  /**
   * Records an association that another tool made as it is; nothing is changed at EKS. Results and
   * retries as those of a create.
   */
  readonly adoptPodIdentityAssociation: Mutation<Schema.AdoptPodIdentityAssociationInput>;
  /**
   * Adds tags, and changes the values of those that exist. Results and retries as those of a
   * create.
   */
  readonly tagPodIdentityAssociation: Mutation<Schema.TagPodIdentityAssociationInput>;
  /**
   * Removes tags. A key that the association does not have is ignored. Results and retries as those
   * of a create.
   */
  readonly untagPodIdentityAssociation: Mutation<Schema.UntagPodIdentityAssociationInput>;
  /**
   * Makes the association of a service account as desired: repeats the request until nothing differs
   * any more, which can take several changes. An answer that is lost is asked for by sending it
   * again: there is no token.
   */
  readonly ensurePodIdentityAssociation: Ensure<Schema.EnsurePodIdentityAssociationInput>;
  /** Makes a service account have no association. Otherwise as `ensurePodIdentityAssociation`. */
  readonly ensureNoPodIdentityAssociation: Ensure<Schema.EnsureNoPodIdentityAssociationInput>;
  /** A dry run of a create: whether it would be attempted, else the refusal, and what it conflicts with. */
  readonly checkCreatePodIdentityAssociation: Check<Schema.CreatePodIdentityAssociationInput>;
  /** A dry run of an update: whether it would be attempted, else the refusal, and what it would change. */
  readonly checkUpdatePodIdentityAssociation: Check<Schema.UpdatePodIdentityAssociationInput>;
  /** A dry run of a delete: whether it would be attempted, else the refusal. */
  readonly checkDeletePodIdentityAssociation: Check<Schema.DeletePodIdentityAssociationInput>;
  /** A dry run of an adoption: whether it would be attempted, else the refusal. */
  readonly checkAdoptPodIdentityAssociation: Check<Schema.AdoptPodIdentityAssociationInput>;
  /** A dry run of a change of tags: whether it would be attempted, else the refusal. */
  readonly checkTagPodIdentityAssociation: Check<Schema.TagPodIdentityAssociationInput>;
  /** A dry run of a removal of tags: whether it would be attempted, else the refusal. */
  readonly checkUntagPodIdentityAssociation: Check<Schema.UntagPodIdentityAssociationInput>;
  /** A dry run of a desired state: the change that it would make now, and the dry run of that. */
  readonly checkEnsurePodIdentityAssociation: EnsureCheck<Schema.EnsurePodIdentityAssociationInput>;
  /** As `checkEnsurePodIdentityAssociation`, for no association. */
  readonly checkEnsureNoPodIdentityAssociation: EnsureCheck<Schema.EnsureNoPodIdentityAssociationInput>;
  /**
   * Up to 100 changes or desired states, checked against policy and what was observed. For a plan: each result has
   * the revision of its service account.
   */
  readonly checkPodIdentityAssociations: Query<
    Schema.BatchCheckQueryVariables,
    Schema.BatchCheckQuery['checkPodIdentityAssociations']
  >;
  /** An association; null when it does not exist or you are not allowed to view it. */
  readonly podIdentityAssociation: (
    variables: Schema.PodIdentityAssociationQueryVariables,
    options?: CallOptions,
  ) => Promise<Schema.PodIdentityAssociationQuery['podIdentityAssociation']>;
  /**
   * A page of associations, with the fields of the EKS list operation.
   * While `pageInfo.hasNextPage`, `pageInfo.endCursor` is the `after` of the next page.
   */
  readonly podIdentityAssociations: Query<
    Schema.PodIdentityAssociationsQueryVariables,
    Schema.PodIdentityAssociationsQuery['podIdentityAssociations']
  >;
  /**
   * A page of the audit trail, newest first.
   * While `pageInfo.hasNextPage`, `pageInfo.endCursor` is the `after` of the next page.
   */
  readonly auditTrail: Query<Schema.AuditTrailQueryVariables, Schema.AuditTrailQuery['auditTrail']>;
  /**
   * A page of the differences between EKS and the audit trail.
   * While `pageInfo.hasNextPage`, `pageInfo.endCursor` is the `after` of the next page.
   */
  readonly associationDrift: Query<
    Schema.AssociationDriftQueryVariables,
    Schema.AssociationDriftQuery['associationDrift']
  >;
  /**
   * A page of the associations of all clusters, as they were seen last or as of a time, with what
   * is known of each cluster.
   * While `pageInfo.hasNextPage`, `pageInfo.endCursor` is the `after` of the next page.
   */
  readonly associations: Query<Schema.AssociationsQueryVariables, Schema.AssociationsQuery['associations']>;
  /**
   * A page of the clusters that the gateway serves, as far as you may see them.
   * While `pageInfo.hasNextPage`, `pageInfo.endCursor` is the `after` of the next page.
   */
  readonly clusters: Query<Schema.ClustersQueryVariables, Schema.ClustersQuery['clusters']>;
  /**
   * A page of the namespaces of a cluster, as far as you may see them.
   * While `pageInfo.hasNextPage`, `pageInfo.endCursor` is the `after` of the next page.
   */
  readonly namespaces: Query<Schema.NamespacesQueryVariables, Schema.NamespacesQuery['namespaces']>;
  /** Roles that policy would let you bind to a service account. */
  readonly bindableRoles: Query<Schema.BindableRolesQueryVariables, Schema.BindableRolesQuery['bindableRoles']>;
  /**
   * An operation with its status and entries; null when it does not exist or you are not allowed to
   * read its entries.
   */
  readonly operation: (
    variables: Schema.OperationQueryVariables,
    options?: CallOptions,
  ) => Promise<Schema.OperationQuery['operation']>;
  /**
   * As `operation`, once it is not IN_PROGRESS any more: asks again as long as the settings allow,
   * and then gives the operation as it is. Nothing is sent again.
   */
  readonly completedOperation: GatewayClient['operation'];
  /** Operations that are not completed yet. */
  readonly openOperations: Query<Schema.OpenOperationsQueryVariables, Schema.OpenOperationsQuery['openOperations']>;
  /** An approval; null when it does not exist or you may not see it. Reading writes nothing. */
  readonly approval: (variables: Schema.ApprovalQueryVariables, options?: CallOptions) => Promise<Approval | null>;
  /**
   * A page of approvals: by default the pending ones of all clusters.
   * While `pageInfo.hasNextPage`, `pageInfo.endCursor` is the `after` of the next page.
   */
  readonly approvals: Query<Schema.ApprovalsQueryVariables, Schema.ApprovalsQuery['approvals']>;
  /**
   * An approval with the token of its request, if you asked: `resumedRequest` makes the request of
   * it. Null when it does not exist or you may not see it.
   */
  readonly heldRequest: (
    variables: Schema.HeldRequestQueryVariables,
    options?: CallOptions,
  ) => Promise<HeldRequest | null>;
  /** Withdraws a request of yours that is held. The same withdrawal again changes nothing. */
  readonly withdrawApproval: Vote<Schema.WithdrawApprovalInput>;
  /** Approves a request that is held. The same vote again changes nothing. */
  readonly approve: Vote<Schema.ApproveInput>;
  /** Rejects a request that is held, for good. */
  readonly reject: Vote<Schema.RejectInput>;
  /** The address of the page, for `pageLink`; null where the gateway has none. */
  readonly pageUrl: (options?: CallOptions) => Promise<string | null>;
  /** The authenticated principal. */
  readonly viewer: (options?: CallOptions) => Promise<Schema.ViewerQuery['viewer']>;
  /**
   * Sends a document of your own, and gives its data. Queries are retried as all others. A mutation
   * is retried only if a variable, or an input in it, has a `clientRequestToken`: without one, a
   * retry would be another request. It is repeated while a `status` of its payloads is IN_PROGRESS,
   * and where a `retryAfterSeconds` of a refusal says so: select both. An error beside data is
   * thrown too: `data` of the `GatewayError` is the rest.
   *
   * @param document text, or a document of GraphQL Code Generator's `documentMode: 'string'`, which
   *   determines both types
   */
  readonly request: <Data = Record<string, unknown>, Variables extends object = Record<string, unknown>>(
    document: GatewayDocument<Data, Variables>,
    variables?: Variables,
    options?: RequestOptions,
  ) => Promise<Data>;
}

type Mutation<Input> = (input: Input, options?: MutationOptions) => Promise<MutationResult>;
/** A vote on an approval, or its withdrawal. `refusal` says why it was refused. */
type Vote<Input> = (input: Input, options?: CallOptions) => Promise<Schema.VotePayloadFragment>;
type Query<Variables, Data> = (variables: Variables, options?: CallOptions) => Promise<NonNullable<Data>>;
/** A dry run: nothing is changed. */
type Check<Input> = (input: Input, options?: CallOptions) => Promise<Schema.CheckFragment>;
type Ensure<Input> = (input: Input, options?: MutationOptions) => Promise<EnsureResult>;
type EnsureCheck<Input> = (input: Input, options?: CallOptions) => Promise<Schema.EnsureCheckFragment>;

const defaultTimeoutMs = 35_000;
const defaultLimits: RetryLimits = { maxAttempts: 8, maxElapsedMs: 60_000 };

/**
 * Creates a client. It holds no connection: nothing has to be closed.
 *
 * @throws TypeError if the URL is not one
 */
export function makeGatewayClient(settings: ClientSettings): GatewayClient {
  const { url, authentication, timeoutMs = defaultTimeoutMs, headers = {}, fetch = globalThis.fetch } = settings;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new TypeError(`${JSON.stringify(url)} is not the URL of a gateway, such as https://api.example/graphql.`);
  }
  const sender = {
    connection: { url, authentication, timeoutMs, headers, fetch },
    limits: { ...defaultLimits, ...settings.retries },
  };
  return {
    createPodIdentityAssociation: mutation(sender, 'CreatePodIdentityAssociation'),
    updatePodIdentityAssociation: mutation(sender, 'UpdatePodIdentityAssociation'),
    deletePodIdentityAssociation: mutation(sender, 'DeletePodIdentityAssociation'),
    adoptPodIdentityAssociation: mutation(sender, 'AdoptPodIdentityAssociation'),
    tagPodIdentityAssociation: mutation(sender, 'TagPodIdentityAssociation'),
    untagPodIdentityAssociation: mutation(sender, 'UntagPodIdentityAssociation'),
    ensurePodIdentityAssociation: ensure(sender, 'EnsurePodIdentityAssociation'),
    ensureNoPodIdentityAssociation: ensure(sender, 'EnsureNoPodIdentityAssociation'),
    checkCreatePodIdentityAssociation: check(sender, 'CheckCreatePodIdentityAssociation'),
    checkUpdatePodIdentityAssociation: check(sender, 'CheckUpdatePodIdentityAssociation'),
    checkDeletePodIdentityAssociation: check(sender, 'CheckDeletePodIdentityAssociation'),
    checkAdoptPodIdentityAssociation: check(sender, 'CheckAdoptPodIdentityAssociation'),
    checkTagPodIdentityAssociation: check(sender, 'CheckTagPodIdentityAssociation'),
    checkUntagPodIdentityAssociation: check(sender, 'CheckUntagPodIdentityAssociation'),
    checkEnsurePodIdentityAssociation: checkEnsure(sender, 'CheckEnsurePodIdentityAssociation'),
    checkEnsureNoPodIdentityAssociation: checkEnsure(sender, 'CheckEnsureNoPodIdentityAssociation'),
    checkPodIdentityAssociations: presentQuery(sender, 'BatchCheck'),
    podIdentityAssociation: query(sender, 'PodIdentityAssociation'),
    podIdentityAssociations: presentQuery(sender, 'PodIdentityAssociations'),
    auditTrail: presentQuery(sender, 'AuditTrail'),
    associationDrift: presentQuery(sender, 'AssociationDrift'),
    associations: presentQuery(sender, 'Associations'),
    clusters: presentQuery(sender, 'Clusters'),
    namespaces: presentQuery(sender, 'Namespaces'),
    bindableRoles: presentQuery(sender, 'BindableRoles'),
    operation: query(sender, 'Operation'),
    completedOperation: completed(sender),
    openOperations: presentQuery(sender, 'OpenOperations'),
    approval: query(sender, 'Approval'),
    approvals: presentQuery(sender, 'Approvals'),
    heldRequest: query(sender, 'HeldRequest'),
    withdrawApproval: (input, options) => presentQuery(sender, 'WithdrawApproval')({ input }, options),
    approve: (input, options) => presentQuery(sender, 'Approve')({ input }, options),
    reject: (input, options) => presentQuery(sender, 'Reject')({ input }, options),
    pageUrl: async (options) => (await query(sender, 'PageUrl')({}, options)).pageUrl,
    viewer: (options) => query(sender, 'Viewer')({}, options),
    request: (document, variables, options) => sendDocument(sender, document, variables, options),
  };
}

function mutation<
  Name extends OperationName & `${'Create' | 'Update' | 'Delete' | 'Adopt' | 'Tag' | 'Untag'}${string}`,
>(sender: Sender, name: Name): Mutation<Operations[Name][0]['input']> {
  return (given, { waitForApproval, ...options } = {}) => {
    const token = given.clientRequestToken ?? crypto.randomUUID();
    const variables = { input: { ...given, clientRequestToken: token } };
    const send = () =>
      sendOperation(sender, { name, variables, token }, options, (payload: Schema.PayloadFragment) =>
        attemptOf(resultOf(payload)),
      );
    return sendAndWait(sender, send, waitForApproval, options);
  };
}

/** A desired state: each request is a new one, so that a lost answer needs no token. */
function ensure<Name extends OperationName & `Ensure${string}`>(
  sender: Sender,
  name: Name,
): Ensure<Operations[Name][0]['input']> {
  return (input, { waitForApproval, ...options } = {}) => {
    const attemptWith = ensureAttempts();
    const request = { name, variables: { input }, token: null, isChange: true };
    const send = () => sendOperation(sender, request, options, attemptWith);
    return sendAndWait(sender, send, waitForApproval, options);
  };
}

/** Sends a change, and waits for its approval if the caller wants that. */
function sendAndWait<Result extends { readonly kind: string }>(
  sender: Sender,
  send: () => Promise<Result>,
  wait: MutationOptions['waitForApproval'],
  { signal, finish }: CallOptions,
): Promise<Result> {
  if (wait === undefined) return send();
  const read = (id: string) => query(sender, 'Approval')({ id }, { signal, finish });
  return sendUntilDecided({ send, read }, wait, { signal, finish });
}

function checkEnsure<Name extends OperationName & `CheckEnsure${string}`>(
  sender: Sender,
  name: Name,
): EnsureCheck<Operations[Name][0]['input']> {
  return async (input, options = {}) => {
    const found = (result: Schema.EnsureCheckFragment | null) => ({ kind: 'done', result }) as const;
    return present(await sendOperation(sender, { name, variables: { input }, token: null }, options, found));
  };
}

function check<
  Name extends OperationName & `Check${'Create' | 'Update' | 'Delete' | 'Adopt' | 'Tag' | 'Untag'}${string}`,
>(sender: Sender, name: Name): Check<Operations[Name][0]['input']> {
  return async (input, options = {}) => {
    const variables = { input };
    const found = (result: Schema.CheckFragment | null) => ({ kind: 'done', result }) as const;
    return present(await sendOperation(sender, { name, variables, token: null }, options, found));
  };
}

function query<Name extends OperationName>(sender: Sender, name: Name) {
  return (variables: Operations[Name][0], options: CallOptions = {}) => {
    const found = (result: FieldOf<Name>) => ({ kind: 'done', result }) as const;
    return sendOperation(sender, { name, variables, token: null }, options, found);
  };
}

/** An operation, asked for until it is completed. */
function completed(sender: Sender): GatewayClient['completedOperation'] {
  type Found = Schema.OperationQuery['operation'];
  return (variables, options = {}) =>
    sendOperation(
      sender,
      { name: 'Operation', variables, token: null },
      options,
      (operation: Found): Attempt<Found> => {
        if (operation?.status !== 'IN_PROGRESS') return { kind: 'done', result: operation };
        const { retryAfterSeconds } = operation;
        return { kind: 'again', reason: 'IN_PROGRESS', retryAfterSeconds, end: () => operation, mayBeDone: true };
      },
    );
}

/**
 * An operation whose field is null only beside an error, and that may be repeated: a query, or a
 * vote.
 */
function presentQuery<Name extends OperationName>(sender: Sender, name: Name) {
  const send = query(sender, name);
  return async (variables: Operations[Name][0], options?: CallOptions) => present(await send(variables, options));
}

function present<Field>(field: Field): NonNullable<Field> {
  if (field === null || field === undefined) throw new Error('The gateway answered without data and without an error.');
  return field;
}

interface Operation {
  readonly name: OperationName;
  readonly variables: object;
  readonly token: string | null;
  /** As in {@link call}. */
  readonly isChange?: boolean;
}

/**
 * @param attemptWith what the value of the operation's one field means, whose type the operation
 *   determines
 */
function sendOperation<Result>(
  sender: Sender,
  { name, variables, ...others }: Operation,
  options: CallOptions,
  attemptWith: (field: never) => Attempt<Result>,
): Promise<Result> {
  const request = { operationName: name, query: documents[name], variables };
  return call(sender, { request, ...others }, options, ({ data }) => attemptWith(Object.values(data)[0] as never));
}
