import type { AssociationFact, ChangeKind, EksChange } from './facts.ts';

/** A request in the log of the EKS simulator; see docs/eks-simulator.md. */
export interface LoggedRequest {
  readonly requestId: string;
  readonly time: string;
  readonly operation: string | null;
  readonly cluster: { readonly clusterName: string } | null;
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  readonly associationId: string | null;
  readonly clientRequestToken: string | null;
  readonly outcome: string;
}

/** An association of the EKS simulator. */
export interface LoggedAssociation extends Pick<AssociationFact, 'associationArn' | 'associationId' | 'roleArn'> {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The kind of change of an EKS operation; null if it changes nothing. */
export function changeKind(operation: string | null): ChangeKind | null {
  const [, kind] = /^(Create|Update|Delete)PodIdentityAssociation$/.exec(operation ?? '') ?? [];
  if (operation === 'TagResource') return 'tag';
  if (operation === 'UntagResource') return 'untag';
  return kind === undefined ? null : (kind.toLowerCase() as ChangeKind);
}

/** The operation that the gateway names in a token for EKS; null if it names none. */
export function operationOfToken(clientRequestToken: string | null): string | null {
  return /^pod-identity-gateway-(.*)$/.exec(clientRequestToken ?? '')?.[1] ?? null;
}

/** The change that a request asked EKS for; null if it asked for none. */
export function changeOf(request: LoggedRequest): EksChange | null {
  const kind = changeKind(request.operation);
  if (kind === null) return null;
  const { requestId, cluster, namespace, serviceAccount, associationId, clientRequestToken } = request;
  const time = Date.parse(request.time);
  return {
    requestId,
    kind,
    time,
    serviceAccount: serviceAccount === null ? null : [cluster?.clusterName, namespace, serviceAccount].join('/'),
    associationId,
    operationId: operationOfToken(clientRequestToken),
    effect: request.outcome === 'succeeded' ? { at: time, visibleAt: time, modifiedAt: time } : null,
  };
}

/** An association that exists at EKS. */
export function associationFact(association: LoggedAssociation): AssociationFact {
  const { clusterName, namespace, serviceAccount, associationArn, associationId, roleArn, tags } = association;
  return {
    ...{ associationArn, associationId, roleArn },
    serviceAccount: [clusterName, namespace, serviceAccount].join('/'),
    operationId: tags['pod-identity-gateway/operation'] ?? null,
  };
}
