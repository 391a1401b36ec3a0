import type { PodIdentityAssociation } from '@aws-sdk/client-eks';
import type { Association, ClusterRef, Tag } from '../model/association.ts';

/** An association as the SDK gives it, in the domain's form; null when EKS left out what it always tells. */
export function associationFrom(given: PodIdentityAssociation | undefined, cluster: ClusterRef): Association | null {
  const { namespace, serviceAccount, roleArn, associationArn, associationId, createdAt, modifiedAt } = given ?? {};
  if (!namespace || !serviceAccount || !roleArn || !associationArn || !associationId) return null;
  if (!createdAt || !modifiedAt) return null;
  return {
    accountId: cluster.accountId,
    region: cluster.region,
    clusterName: given?.clusterName ?? cluster.clusterName,
    namespace,
    serviceAccount,
    roleArn,
    associationArn,
    associationId,
    tags: tagsFrom(given?.tags),
    createdAt: createdAt.toISOString(),
    modifiedAt: modifiedAt.toISOString(),
    ownerArn: given?.ownerArn ?? null,
    disableSessionTags: given?.disableSessionTags ?? null,
    targetRoleArn: textOrNull(given?.targetRoleArn),
    externalId: given?.externalId ?? null,
    policy: textOrNull(given?.policy),
  };
}

/** EKS's way to clear a target role or a policy is the empty string, so an empty one is none. */
function textOrNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

function tagsFrom(tags: Record<string, string> | undefined): Tag[] {
  return Object.entries(tags ?? {})
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
