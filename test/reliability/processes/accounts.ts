/** A principal of the load and what it requests, as the example policies allow. */
export interface Account {
  /** Name of the example principal. */
  readonly owner: string;
  readonly namespace: string;
  /** The roles that updates switch between. */
  readonly roles: readonly [string, string];
}

/** The cluster of all requests. */
export const clusterName = 'apps-dev';

function account(owner: string, namespace: string): Account {
  const role = (name: string) => `arn:aws:iam::111122223333:role/pods/${namespace}/${name}`;
  return { owner, namespace, roles: [role('one'), role('another')] };
}

/** Two people and a service, each with its own namespace. */
export const accounts = [
  account('alice', 'payments'),
  account('bob', 'search'),
  account('chatops', 'payments-jobs'),
] as const;

/** The people whose approval policy demands: a request of the service needs both. */
export const approvers = [
  { name: 'nina', claims: { sub: 'nina', groups: ['security'] } },
  { name: 'sven', claims: { sub: 'sven', groups: ['security'] } },
] as const;

/** An administrator, who may bind roles in all of these namespaces. */
export const administrator = 'pat';
