import { fieldsOf, textOf } from './json.ts';
import type { Fields } from './json.ts';
import { podOf } from './pod.ts';
import type { Pod } from './pod.ts';

/** A node, as far as EKS Pod Identity is concerned. */
interface Node {
  readonly name: string;
  /** Whether EKS Auto Mode runs it: the agent is part of it, and has no pod. */
  readonly isAutoMode: boolean;
}

/** What `kubectl get pods,serviceaccounts,nodes -A -o json` shows. */
export interface ClusterObjects {
  readonly pods: readonly Pod[];
  /** As `namespace/name`. */
  readonly serviceAccounts: ReadonlySet<string>;
  readonly nodes: readonly Node[];
}

/** @throws TypeError for a text that is not what kubectl prints, SyntaxError for one that is not JSON */
export function readObjects(text: string): ClusterObjects {
  const document = fieldsOf(JSON.parse(text));
  const isOne = textOf(document.kind) === 'Pod';
  if (!isOne && !Array.isArray(document.items))
    throw new TypeError('It is not a list, as kubectl get -o json prints it.');
  const items = (isOne ? [document] : (document.items as readonly unknown[])).map(fieldsOf);
  const ofKind = (kind: string) => items.filter((item) => item.kind === kind);
  return {
    pods: ofKind('Pod').map(podOf),
    serviceAccounts: new Set(ofKind('ServiceAccount').map(({ metadata }) => serviceAccountKey(fieldsOf(metadata)))),
    nodes: ofKind('Node').map(nodeOf),
  };
}

/** What identifies a service account in its cluster. */
export function serviceAccountKey({ namespace, name }: Fields): string {
  return `${textOf(namespace) ?? 'default'}/${textOf(name) ?? 'default'}`;
}

function nodeOf({ metadata }: Fields): Node {
  const { name, labels } = fieldsOf(metadata);
  return { name: textOf(name) ?? '', isAutoMode: fieldsOf(labels)['eks.amazonaws.com/compute-type'] === 'auto' };
}
