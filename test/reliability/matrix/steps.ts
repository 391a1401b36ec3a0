/** A network request of a process. */
export interface Step {
  /** API operation, e.g. `TransactWriteItems` or `CreatePodIdentityAssociation`. */
  readonly operation: string;
  /** Events of the audit entries that it writes, e.g. `INTENT`; empty if it writes none. */
  readonly events: readonly string[];
  readonly kind: StepKind;
}

/** The kind of a request, which determines its faults. */
export type StepKind = 'ledger-write' | 'ledger-read' | 'eks-change' | 'eks-read';

/** Every known operation. An operation that is missing here has no faults, so it stops the matrix. */
const kinds: Readonly<Record<string, StepKind>> = {
  TransactWriteItems: 'ledger-write',
  PutItem: 'ledger-write',
  UpdateItem: 'ledger-write',
  DeleteItem: 'ledger-write',
  GetItem: 'ledger-read',
  BatchGetItem: 'ledger-read',
  TransactGetItems: 'ledger-read',
  Query: 'ledger-read',
  CreatePodIdentityAssociation: 'eks-change',
  UpdatePodIdentityAssociation: 'eks-change',
  DeletePodIdentityAssociation: 'eks-change',
  TagResource: 'eks-change',
  UntagResource: 'eks-change',
  DescribePodIdentityAssociation: 'eks-read',
  ListPodIdentityAssociations: 'eks-read',
};

/** A raw HTTP request. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The `x-amz-target` header of a DynamoDB request; null for EKS. */
  readonly target: string | null;
  readonly body: string;
}

/** Identifies a request. Throws for an unknown operation. */
export function stepOf(request: WireRequest): Step {
  const operation = request.target?.split('.')[1] ?? eksOperationOf(request);
  const kind = kinds[operation];
  if (!kind) throw new Error(`No faults are defined for ${operation}: add it to test/reliability/matrix/steps.ts.`);
  return { operation, events: kind === 'ledger-write' ? eventsOf(request.body) : [], kind };
}

/** Display name of a request. */
export function stepName({ operation, events }: Step): string {
  return events.length === 0 ? operation : `${operation} (${events.join(', ')})`;
}

/** EKS operation by method and path, as in the EKS API reference. */
function eksOperationOf({ method, url }: WireRequest): string {
  if (url.startsWith('/tags/')) return method === 'POST' ? 'TagResource' : 'UntagResource';
  const isOfOne = /\/pod-identity-associations\/[^/?]+/.test(url);
  if (method === 'POST') return isOfOne ? 'UpdatePodIdentityAssociation' : 'CreatePodIdentityAssociation';
  if (method === 'DELETE') return 'DeletePodIdentityAssociation';
  return isOfOne ? 'DescribePodIdentityAssociation' : 'ListPodIdentityAssociations';
}

/** Events of the audit entries in a DynamoDB write. */
function eventsOf(body: string): string[] {
  return itemsPut(body).flatMap(({ event }) => event?.S ?? []);
}

/** Ids of the audit entries in a DynamoDB write. */
export function entryIdsOf(body: string): string[] {
  return itemsPut(body).flatMap(({ entryId }) => entryId?.S ?? []);
}

function itemsPut(body: string): PutItem[] {
  const { Item, TransactItems = [] } = JSON.parse(body) as {
    readonly Item?: PutItem;
    readonly TransactItems?: readonly { readonly Put?: { readonly Item: PutItem } }[];
  };
  return [Item, ...TransactItems.map(({ Put }) => Put?.Item)].flatMap((item) => item ?? []);
}

interface PutItem {
  readonly event?: { readonly S: string };
  readonly entryId?: { readonly S: string };
}
