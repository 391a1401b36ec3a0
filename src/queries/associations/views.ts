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
  const mayListScope = (scope: ListScope) => allowsRead({ action: 'ListPodIdentityAssociations', scope });
  // A page has thousands of associations in some clusters and namespaces.
  const [ofClusters, ofNamespaces] = [new Map<string, boolean>(), new Map<string, boolean>()];
  return {
    mayViewIn: ({ accountId, region, clusterName }) =>
      once(ofClusters, [accountId, region, clusterName], () => mayViewIn({ accountId, region, clusterName })),
    mayList: ({ accountId, region, clusterName, namespace }) => {
      const cluster = { accountId, region, clusterName };
      return once(
        ofNamespaces,
        [accountId, region, clusterName, namespace],
        () =>
          mayListScope({ kind: 'cluster', ...cluster }) || mayListScope({ kind: 'namespace', ...cluster, namespace }),
      );
    },
    mayView: (association) => allowsRead({ action: 'DescribePodIdentityAssociation', association }),
  };
}

function once(known: Map<string, boolean>, place: readonly string[], decide: () => boolean): boolean {
  const key = place.join('/');
  const decided = known.get(key) ?? decide();
  known.set(key, decided);
  return decided;
}
