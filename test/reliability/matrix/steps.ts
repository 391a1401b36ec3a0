/** A request that a process sends, by which it waits for something outside of it. */
export interface Step {
  /** What is asked: `TransactWriteItems`, `CreatePodIdentityAssociation`. */
  readonly operation: string;
  /** What a write to the trail says, e.g. `INTENT`; empty where nothing is written. */
  readonly events: readonly string[];
  readonly kind: StepKind;
}

export type StepKind = 'ledger-write' | 'ledger-read' | 'eks-change' | 'eks-read';

/** Every request that a road may hold. One that is not here has no faults yet, and fails the matrix. */
const kinds: Readonly<Record<string, StepKind>> = {
  TransactWriteItems: 'ledger-write',
  PutItem: 'ledger-write',
  UpdateItem: 'ledger-write',
  DeleteItem: 'ledger-write',
  GetItem: 'ledger-read',
  Query: 'ledger-read',
  CreatePodIdentityAssociation: 'eks-change',
  UpdatePodIdentityAssociation: 'eks-change',
  DeletePodIdentityAssociation: 'eks-change',
  DescribePodIdentityAssociation: 'eks-read',
  ListPodIdentityAssociations: 'eks-read',
};

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The header `x-amz-target`, which DynamoDB's requests have; null for EKS. */
  readonly target: string | null;
  readonly body: string;
}

/** What a request asks for. Throws for one that the matrix does not know. */
export function stepOf(request: WireRequest): Step {
  const operation = request.target?.split('.')[1] ?? eksOperationOf(request);
  const kind = kinds[operation];
  if (!kind)
    throw new Error(`The matrix knows no faults for ${operation}: add it to test/reliability/matrix/steps.ts.`);
  return { operation, events: kind === 'ledger-write' ? eventsOf(request.body) : [], kind };
}

/** A step in words. */
export function stepName({ operation, events }: Step): string {
  return events.length === 0 ? operation : `${operation} (${events.join(', ')})`;
}

/** By method and path, as in the EKS API reference. */
function eksOperationOf({ method, url }: WireRequest): string {
  const isOfOne = /\/pod-identity-associations\/[^/?]+/.test(url);
  if (method === 'POST') return isOfOne ? 'UpdatePodIdentityAssociation' : 'CreatePodIdentityAssociation';
  if (method === 'DELETE') return 'DeletePodIdentityAssociation';
  return isOfOne ? 'DescribePodIdentityAssociation' : 'ListPodIdentityAssociations';
}

/** The events of the entries that a request to DynamoDB puts. */
function eventsOf(body: string): string[] {
  const { Item, TransactItems = [] } = JSON.parse(body) as {
    readonly Item?: Put['Item'];
    readonly TransactItems?: readonly { readonly Put?: Put }[];
  };
  return [Item, ...TransactItems.map(({ Put: put }) => put?.Item)].flatMap((item) => item?.event?.S ?? []);
}

interface Put {
  readonly Item: { readonly event?: { readonly S: string } };
}
