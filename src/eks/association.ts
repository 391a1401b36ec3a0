import type { PodIdentityAssociation } from '@aws-sdk/client-eks';
import type { Association, ClusterRef, Tag } from '../model/association.ts';

/** An association of the SDK as a domain object, tags sorted by key; null if a field is missing that EKS always returns. */
export function associationFrom(output: PodIdentityAssociation | undefined, cluster: ClusterRef): Association | null {
  const { namespace, serviceAccount, roleArn, associationArn, associationId, createdAt, modifiedAt } = output ?? {};
  if (!namespace || !serviceAccount || !roleArn || !associationArn || !associationId) return null;
  if (!createdAt || !modifiedAt) return null;
  return {
    accountId: cluster.accountId,
    region: cluster.region,
    clusterName: output?.clusterName ?? cluster.clusterName,
    namespace,
    serviceAccount,
    roleArn,
    associationArn,
    associationId,
    tags: tagsFrom(output?.tags),
    createdAt: createdAt.toISOString(),
    modifiedAt: modifiedAt.toISOString(),
    ownerArn: output?.ownerArn ?? null,
    disableSessionTags: output?.disableSessionTags ?? null,
    targetRoleArn: textOrNull(output?.targetRoleArn),
    externalId: output?.externalId ?? null,
    policy: textOrNull(output?.policy),
  };
}

/** An optional text of EKS; null if it is missing or empty. EKS returns a cleared target role or policy as empty. */
export function textOrNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

function tagsFrom(tags: Record<string, string> | undefined): Tag[] {
  return Object.entries(tags ?? {})
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
