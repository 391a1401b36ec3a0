import type { Association, AssociationTarget } from '../../model/association.ts';
import type { ListScope } from '../../policy/policy.ts';
import type { RequestContext } from '../terms/request-context.ts';

/** What a principal may see of many associations. */
export interface AssociationViews extends Pick<RequestContext, 'mayViewIn'> {
  /** Whether the principal may list the namespace of a service account, or its whole cluster. */
  readonly mayList: (target: AssociationTarget) => boolean;
  readonly mayView: (association: Association) => boolean;
}

/** Creates the {@link AssociationViews} of one page. */
export function makeAssociationViews({
  allowsRead,
  mayViewIn,
}: Pick<RequestContext, 'allowsRead' | 'mayViewIn'>): AssociationViews {
  const clusters = new Map<string, boolean>();
  const mayListScope = (scope: ListScope) => allowsRead({ action: 'ListPodIdentityAssociations', scope });
  return {
    mayViewIn: ({ accountId, region, clusterName }) => {
      const cluster = { accountId, region, clusterName };
      const key = [accountId, region, clusterName].join('/');
      const mayView = clusters.get(key) ?? mayViewIn(cluster);
      clusters.set(key, mayView);
      return mayView;
    },
    mayList: ({ accountId, region, clusterName, namespace }) => {
      const cluster = { accountId, region, clusterName };
      return (
        mayListScope({ kind: 'cluster', ...cluster }) || mayListScope({ kind: 'namespace', ...cluster, namespace })
      );
    },
    mayView: (association) => allowsRead({ action: 'DescribePodIdentityAssociation', association }),
  };
}
