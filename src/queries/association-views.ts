import type { Association, AssociationTarget } from '../model/association.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { visibleTo } from './authorize-read.ts';
import type { RequestContext } from './request-context.ts';

/** What a principal may see of many associations, with few decisions. */
export interface AssociationViews extends Pick<RequestContext, 'mayViewIn'> {
  /** Whether the principal may list the namespace of a service account, or its whole cluster. */
  readonly mayList: (target: AssociationTarget) => boolean;
  /** Whether the principal may view an association: one decision for each namespace, where policy reads no more of an association. */
  readonly mayView: (association: Association) => boolean;
}

/** Creates the {@link AssociationViews} of one page. */
export function makeAssociationViews(
  { viewsByNamespace }: Pick<Dependencies, 'viewsByNamespace'>,
  { authorizeRead, mayViewIn }: Pick<RequestContext, 'authorizeRead' | 'mayViewIn'>,
): AssociationViews {
  const views = new Map<string, boolean>();
  const mayListScope = (scope: Parameters<typeof listRequest>[0]) => authorizeRead(listRequest(scope)).allowed;
  const clusters = new Map<string, boolean>();
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
    mayView: (association) => {
      if (!viewsByNamespace) return visibleTo(authorizeRead, association) !== null;
      const { accountId, region, clusterName, namespace } = association;
      const key = [accountId, region, clusterName, namespace].join('/');
      const mayView = views.get(key) ?? visibleTo(authorizeRead, association) !== null;
      views.set(key, mayView);
      return mayView;
    },
  };
}

type ListRequest = Extract<Parameters<RequestContext['authorizeRead']>[0], { action: 'ListPodIdentityAssociations' }>;

function listRequest(scope: ListRequest['scope']): ListRequest {
  return { action: 'ListPodIdentityAssociations', scope };
}
