import * as v from 'valibot';

// What has another shape than in the API of Kubernetes is read as absent. What is not named here is not kept: of
// variables, only those of AWS are.
const text = v.fallback(v.string(), '');
const nullableText = v.fallback(v.nullable(v.string()), null);
const listOf = <Item extends v.GenericSchema>(item: Item) => v.fallback(v.array(item), []);
const named = { name: text, namespace: v.fallback(v.string(), 'default') };

/** An object, also of a value that is none. */
function fields<const Entries extends v.ObjectEntries>(entries: Entries) {
  const schema = v.object(entries);
  return v.fallback(schema, () => v.parse(schema, {}));
}

/** Values by name; null for a value that comes from elsewhere. An absent one is empty. */
const variables = v.fallback(
  v.pipe(
    v.array(fields({ name: text, value: nullableText, valueFrom: v.optional(v.unknown()) })),
    v.transform((all) => all.filter(({ name }) => name.startsWith('AWS_'))),
    v.transform((all) => new Map(all.map((one) => [one.name, one.value ?? (one.valueFrom ? null : '')]))),
  ),
  () => new Map<string, string | null>(),
);

const container = fields({
  name: text,
  env: variables,
  envFrom: listOf(v.unknown()),
  volumeMounts: listOf(fields({ name: text, mountPath: text })),
});

const serviceAccountToken = fields({ audience: text, path: nullableText });

const pod = fields({
  metadata: fields({
    ...named,
    creationTimestamp: text,
    deletionTimestamp: text,
    labels: fields({
      'app.kubernetes.io/name': text,
      'eks.amazonaws.com/fargate-profile': nullableText,
      'pod-template-hash': text,
    }),
    annotations: fields({
      'eks.amazonaws.com/skip-containers': text,
      'kubernetes.io/config.mirror': nullableText,
    }),
    ownerReferences: listOf(fields({ kind: text, name: text })),
  }),
  spec: fields({
    serviceAccountName: v.fallback(v.string(), 'default'),
    nodeName: text,
    schedulerName: text,
    os: fields({ name: text }),
    nodeSelector: fields({ 'kubernetes.io/os': text, 'beta.kubernetes.io/os': text }),
    // Ephemeral containers are left out: webhooks don't see them.
    initContainers: listOf(container),
    containers: listOf(container),
    volumes: listOf(fields({ name: text, projected: fields({ sources: listOf(fields({ serviceAccountToken })) }) })),
  }),
  status: fields({ phase: text, conditions: listOf(fields({ type: text, status: text })) }),
});

/** A pod of the Kubernetes API, as far as the AWS credentials of its containers are concerned. */
export type Pod = v.InferOutput<typeof pod>;

/** A container of a pod. */
export type Container = Pod['spec']['containers'][number];

const node = fields({ metadata: fields({ name: text, labels: fields({ 'eks.amazonaws.com/compute-type': text }) }) });
const serviceAccount = fields({ metadata: fields(named) });

/** What `kubectl get pods,serviceaccounts,nodes -A -o json` shows. */
export interface ClusterObjects {
  readonly pods: readonly Pod[];
  /** As `namespace/name`. */
  readonly serviceAccounts: ReadonlySet<string>;
  readonly nodes: readonly v.InferOutput<typeof node>[];
}

/** Reads a pod of the Kubernetes API. */
export function podOf(object: unknown): Pod {
  return v.parse(pod, object);
}

/** Reads objects of the Kubernetes API: pods, service accounts and nodes among them. */
export function objectsOf(objects: readonly unknown[]): ClusterObjects {
  const ofKind = (kind: string) => objects.filter((object) => v.is(v.object({ kind: v.literal(kind) }), object));
  const accounts = ofKind('ServiceAccount').map((object) => v.parse(serviceAccount, object).metadata);
  return {
    pods: ofKind('Pod').map(podOf),
    serviceAccounts: new Set(accounts.map((one) => serviceAccountKey(one.namespace, one.name))),
    nodes: ofKind('Node').map((object) => v.parse(node, object)),
  };
}

/** What identifies a service account in its cluster. */
export function serviceAccountKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** The key of a pod's service account. */
export function accountOf({ metadata, spec }: Pod): string {
  return serviceAccountKey(metadata.namespace, spec.serviceAccountName);
}

/** The namespaces of pods and service accounts. */
export function namespacesOf({ pods, serviceAccounts }: Pick<ClusterObjects, 'pods' | 'serviceAccounts'>) {
  const ofAccounts = [...serviceAccounts].map((key) => key.slice(0, key.indexOf('/')));
  return [...new Set([...pods.map(({ metadata }) => metadata.namespace), ...ofAccounts])].sort();
}

/** Whether a pod ended, is ending, or is one of the kubelet's own, which no webhook sees. */
export function isLeftOut({ metadata, status }: Pod): boolean {
  const isEnding = metadata.deletionTimestamp !== '' || ['Succeeded', 'Failed'].includes(status.phase);
  return isEnding || metadata.annotations['kubernetes.io/config.mirror'] !== null;
}
