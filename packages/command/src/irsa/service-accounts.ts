import { podOf as kubernetesPodOf } from '../kubernetes/objects.ts';
import { unsupportedPlatform, workloadOf } from '../kubernetes/workload.ts';
import type { UnsupportedPlatform } from '../kubernetes/workload.ts';

/** A service account that gets its role by IRSA, with the pods that use it. */
export interface IrsaAccount {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly pods: readonly IrsaPod[];
}

/** A pod, as far as a move from IRSA concerns it. */
interface IrsaPod {
  /** What has to be restarted, e.g. `deployment/api`. */
  readonly workload: string;
  /** Why it can't use Pod Identity; null if it can. */
  readonly unsupported: UnsupportedPlatform | null;
}

/** What a file has. */
export interface KubernetesFile {
  readonly accounts: readonly IrsaAccount[];
  /** Whether it has pods at all: without them, it is not known what runs where. */
  readonly hasPods: boolean;
}

interface Manifest {
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly serviceAccountName?: string;
  };
}

const roleAnnotation = 'eks.amazonaws.com/role-arn';

/**
 * The service accounts with a role in the output of `kubectl get serviceaccounts,pods -A -o json`,
 * where the pods may be absent.
 *
 * @throws SyntaxError for a text that is not JSON, TypeError for one that is not a list of
 *   Kubernetes
 */
export function readKubernetes(text: string, clusterName: string): KubernetesFile {
  const list = JSON.parse(text) as { readonly items?: readonly (Manifest | null)[] } | null;
  if (!Array.isArray(list?.items)) throw new TypeError('The file is not a list, as kubectl get -o json prints it.');
  const items = (list.items as readonly (Manifest | null)[]).filter((item) => item !== null);
  const pods = items.filter(({ kind }) => kind === 'Pod');
  const byAccount = new Map<string, IrsaPod[]>();
  for (const pod of pods) {
    const key = accountKey(pod.metadata?.namespace, pod.spec?.serviceAccountName);
    const same = byAccount.get(key);
    if (same) same.push(podOf(pod));
    else byAccount.set(key, [podOf(pod)]);
  }
  const accounts = items.flatMap(({ kind, metadata = {} }) => {
    const { name = '', namespace = 'default', annotations = {} } = metadata;
    const roleArn = annotations[roleAnnotation] ?? '';
    if (kind !== 'ServiceAccount' || roleArn === '' || name === '') return [];
    const pods = byAccount.get(accountKey(namespace, name)) ?? [];
    return [{ clusterName, namespace, serviceAccount: name, roleArn, pods }];
  });
  return { accounts, hasPods: pods.length > 0 };
}

function accountKey(namespace = 'default', serviceAccount = 'default'): string {
  return `${namespace}/${serviceAccount}`;
}

function podOf(manifest: Manifest): IrsaPod {
  const pod = kubernetesPodOf(manifest);
  return { workload: workloadOf(pod), unsupported: unsupportedPlatform(pod) };
}
