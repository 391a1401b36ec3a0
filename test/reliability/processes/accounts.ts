/** Who asks for what in the load, as the example policies allow it. */
export interface Account {
  /** Name of the example principal. */
  readonly owner: string;
  readonly namespace: string;
  /** Between which its service accounts change. */
  readonly roles: readonly [string, string];
}

/** The cluster of all of them. */
export const clusterName = 'apps-dev';

function account(owner: string, namespace: string): Account {
  const role = (name: string) => `arn:aws:iam::111122223333:role/pods/${namespace}/${name}`;
  return { owner, namespace, roles: [role('one'), role('another')] };
}

/** Two people and a service, each in a namespace that is theirs. */
export const accounts = [
  account('alice', 'payments'),
  account('bob', 'search'),
  account('chatops', 'payments-jobs'),
] as const;

/** An administrator, who may bind roles in every one of these namespaces. */
export const administrator = 'pat';
