import { fieldsOf, itemsOf, textOf, timeOf } from './json.ts';
import type { Fields } from './json.ts';
import { unsupportedPlatform, workloadOf } from './workload.ts';
import type { UnsupportedPlatform } from './workload.ts';

/** A container of a pod, as far as its AWS credentials are concerned. */
export interface Container {
  readonly name: string;
  readonly isInit: boolean;
  /** Environment variables of its specification; null for a value that comes from elsewhere. */
  readonly variables: ReadonlyMap<string, string | null>;
  /** Whether it has variables that its specification does not name. */
  readonly hasEnvFrom: boolean;
  readonly mounts: readonly { readonly path: string; readonly volume: string }[];
}

/** A token of the service account that a volume puts into a file. */
interface ProjectedToken {
  readonly audience: string | null;
  /** Relative to where the volume is mounted. */
  readonly path: string;
}

/** A pod, as far as the AWS credentials of its containers are concerned. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount: string;
  /** Null until it is scheduled. */
  readonly node: string | null;
  readonly workload: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number | null;
  /** Whether it ended, is ending, or is one of the kubelet's own, which no webhook sees. */
  readonly isLeftOut: boolean;
  readonly isReady: boolean;
  readonly labels: Fields;
  readonly unsupported: UnsupportedPlatform | null;
  /** Containers that an annotation tells the webhook to leave alone. */
  readonly skipped: ReadonlySet<string>;
  /** Init containers first. Ephemeral ones are left out: webhooks don't see them. */
  readonly containers: readonly Container[];
  /** The projected tokens of each volume. */
  readonly tokens: ReadonlyMap<string, readonly ProjectedToken[]>;
}

/** A pod of the Kubernetes API, as `kubectl get pods -o json` prints it. */
export function podOf(object: Fields): Pod {
  const [metadata, spec, status] = [fieldsOf(object.metadata), fieldsOf(object.spec), fieldsOf(object.status)];
  const annotations = fieldsOf(metadata.annotations);
  const conditions = itemsOf(status.conditions).map(fieldsOf);
  return {
    namespace: textOf(metadata.namespace) ?? 'default',
    name: textOf(metadata.name) ?? '',
    serviceAccount: textOf(spec.serviceAccountName) ?? 'default',
    node: textOf(spec.nodeName),
    workload: workloadOf(metadata),
    createdAt: timeOf(metadata.creationTimestamp),
    isLeftOut:
      status.phase === 'Succeeded' ||
      status.phase === 'Failed' ||
      textOf(metadata.deletionTimestamp) !== null ||
      annotations['kubernetes.io/config.mirror'] !== undefined,
    isReady: conditions.some(({ type, status: isTrue }) => type === 'Ready' && isTrue === 'True'),
    labels: fieldsOf(metadata.labels),
    unsupported: unsupportedPlatform(metadata, spec),
    skipped: skippedContainers(annotations['eks.amazonaws.com/skip-containers']),
    containers: [
      ...itemsOf(spec.initContainers).map((container) => containerOf(fieldsOf(container), true)),
      ...itemsOf(spec.containers).map((container) => containerOf(fieldsOf(container), false)),
    ],
    tokens: new Map(itemsOf(spec.volumes).map((volume) => tokensOf(fieldsOf(volume)))),
  };
}

function containerOf(container: Fields, isInit: boolean): Container {
  const variables = itemsOf(container.env).map(fieldsOf);
  return {
    name: textOf(container.name) ?? '',
    isInit,
    // An absent value is an empty one, unless it comes from elsewhere.
    variables: new Map(
      variables.map(({ name, value, valueFrom }) => [
        textOf(name) ?? '',
        typeof value === 'string' ? value : valueFrom === undefined ? '' : null,
      ]),
    ),
    hasEnvFrom: itemsOf(container.envFrom).length > 0,
    mounts: itemsOf(container.volumeMounts)
      .map(fieldsOf)
      .map(({ mountPath, name }) => ({ path: textOf(mountPath) ?? '', volume: textOf(name) ?? '' })),
  };
}

function tokensOf(volume: Fields): [string, readonly ProjectedToken[]] {
  const sources = itemsOf(fieldsOf(volume.projected).sources).map((source) => fieldsOf(source).serviceAccountToken);
  const tokens = sources.filter((token) => token !== undefined).map(fieldsOf);
  return [
    textOf(volume.name) ?? '',
    tokens.map(({ audience, path }) => ({ audience: textOf(audience), path: textOf(path) ?? '' })),
  ];
}

/**
 * The names in the first line of an annotation, as the webhook reads them (`getContainersToSkip` of
 * aws/amazon-eks-pod-identity-webhook): CSV, spaces included; none, if that can't be parsed.
 */
function skippedContainers(annotation: unknown): ReadonlySet<string> {
  const [line = ''] = (textOf(annotation) ?? '').trimStart().split('\n');
  const fields = line.split(',').map((field) => /^(?:"([^"]*)"|([^"]*))$/.exec(field));
  if (fields.includes(null)) return new Set();
  return new Set(fields.map((field) => field?.[1] ?? field?.[2] ?? '').filter((name) => name !== ''));
}
