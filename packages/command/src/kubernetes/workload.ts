import type { Pod } from './objects.ts';

/**
 * What has to be restarted to replace a pod, e.g. `deployment/api`. A ReplicaSet has the name of
 * its deployment, followed by the hash of its template.
 */
export function workloadOf({ metadata: { name: pod, labels, ownerReferences } }: Pod): string {
  const [{ kind, name } = { kind: '', name: '' }] = ownerReferences;
  if (kind === '' || name === '') return `pod/${pod}`;
  const ending = `-${labels['pod-template-hash']}`;
  const isOfDeployment = kind === 'ReplicaSet' && ending !== '-' && name.endsWith(ending);
  return isOfDeployment ? `deployment/${name.slice(0, -ending.length)}` : `${kind.toLowerCase()}/${name}`;
}

/** Where EKS Pod Identity does not run, by its documentation. */
export type UnsupportedPlatform = 'Fargate' | 'Windows';

/** Why a pod can't use EKS Pod Identity where it runs; null if it can. */
export function unsupportedPlatform({ metadata, spec }: Pod): UnsupportedPlatform | null {
  const { schedulerName, os, nodeSelector } = spec;
  if (metadata.labels['eks.amazonaws.com/fargate-profile'] !== null || schedulerName === 'fargate-scheduler')
    return 'Fargate';
  return [os.name, ...Object.values(nodeSelector)].includes('windows') ? 'Windows' : null;
}
