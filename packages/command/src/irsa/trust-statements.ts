import type { IrsaAccount } from './service-accounts.ts';

/** A statement of a trust policy. */
export interface TrustStatement {
  readonly Effect: 'Allow';
  readonly Principal: { readonly Service: 'pods.eks.amazonaws.com' };
  readonly Action: readonly ['sts:AssumeRole', 'sts:TagSession'];
  readonly Condition: { readonly StringEquals: Readonly<Record<string, string | readonly string[]>> };
}

interface Group {
  readonly namespace: string;
  readonly clusterNames: readonly string[];
  readonly serviceAccounts: string[];
}

/**
 * The statements by which EKS Pod Identity may assume a role for these service accounts, and for no
 * other: one for each namespace and set of clusters. `sts:TagSession` is part of each, because EKS
 * adds session tags, which the conditions compare.
 */
export function trustStatements(accounts: readonly IrsaAccount[], accountId: string | null): readonly TrustStatement[] {
  const clusters = new Map<string, Set<string>>();
  for (const { clusterName, namespace, serviceAccount } of accounts) {
    const key = JSON.stringify([namespace, serviceAccount]);
    clusters.set(key, (clusters.get(key) ?? new Set()).add(clusterName));
  }
  const groups = new Map<string, Group>();
  for (const [key, names] of clusters) {
    const [namespace = '', serviceAccount = ''] = JSON.parse(key) as readonly string[];
    const clusterNames = [...names].sort();
    const groupKey = JSON.stringify([namespace, clusterNames]);
    const group = groups.get(groupKey) ?? { namespace, clusterNames, serviceAccounts: [] };
    group.serviceAccounts.push(serviceAccount);
    groups.set(groupKey, group);
  }
  return [...groups.values()].map((group) => statementOf(group, accountId));
}

function statementOf({ namespace, clusterNames, serviceAccounts }: Group, accountId: string | null): TrustStatement {
  return {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        ...(accountId !== null && { 'aws:SourceAccount': accountId }),
        'aws:RequestTag/eks-cluster-name': oneOrMore(clusterNames),
        'aws:RequestTag/kubernetes-namespace': namespace,
        'aws:RequestTag/kubernetes-service-account': oneOrMore(serviceAccounts),
      },
    },
  };
}

function oneOrMore(values: readonly string[]): string | readonly string[] {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}
