import { fieldsOf, itemsOf, textOf } from './json.ts';
import type { Fields } from './json.ts';

/**
 * What has to be restarted to replace a pod, e.g. `deployment/api`. A ReplicaSet has the name of
 * its deployment, followed by the hash of its template.
 */
export function workloadOf(metadata: Fields): string {
  const owner = fieldsOf(itemsOf(metadata.ownerReferences)[0]);
  const [kind, name] = [textOf(owner.kind), textOf(owner.name)];
  if (kind === null || name === null) return `pod/${textOf(metadata.name) ?? ''}`;
  const hash = textOf(fieldsOf(metadata.labels)['pod-template-hash']);
  const isOfDeployment = kind === 'ReplicaSet' && hash !== null && name.endsWith(`-${hash}`);
  return isOfDeployment ? `deployment/${name.slice(0, -`-${hash}`.length)}` : `${kind.toLowerCase()}/${name}`;
}

/** Where EKS Pod Identity does not run, by its documentation. */
export type UnsupportedPlatform = 'Fargate' | 'Windows';

/** Why a pod can't use EKS Pod Identity where it runs; null if it can. */
export function unsupportedPlatform(metadata: Fields, spec: Fields): UnsupportedPlatform | null {
  const isFargate =
    fieldsOf(metadata.labels)['eks.amazonaws.com/fargate-profile'] !== undefined ||
    spec.schedulerName === 'fargate-scheduler';
  if (isFargate) return 'Fargate';
  const selector = fieldsOf(spec.nodeSelector);
  const systems = [fieldsOf(spec.os).name, selector['kubernetes.io/os'], selector['beta.kubernetes.io/os']];
  return systems.includes('windows') ? 'Windows' : null;
}
