import type { ClusterObjects } from '../kubernetes/objects.ts';
import type { Pod } from '../kubernetes/pod.ts';
import type { Fault } from './injection.ts';

/** What is known of the agents of EKS Pod Identity. */
export interface Agents {
  /** Whether the agent of a node is ready. */
  readonly readyByNode: ReadonlyMap<string, boolean>;
  /** Nodes that need a pod of the agent; null if nodes or the agent's namespace were not read. */
  readonly nodes: ReadonlySet<string> | null;
}

/** The agents in what was read. Nodes of EKS Auto Mode have one without a pod. */
export function agentsOf({ pods, nodes }: ClusterObjects): Agents {
  const agents = pods.filter(({ labels }) => labels['app.kubernetes.io/name'] === 'eks-pod-identity-agent');
  const isRead = nodes.length > 0 && pods.some(({ namespace }) => namespace === 'kube-system');
  return {
    readyByNode: new Map(agents.flatMap(({ node, isReady }) => (node === null ? [] : [[node, isReady] as const]))),
    nodes: isRead ? new Set(nodes.filter(({ isAutoMode }) => !isAutoMode).map(({ name }) => name)) : null,
  };
}

/** Why the node of a pod has no agent; null if it has one, or if that is not known. */
export function agentProblem({ node }: Pod, { readyByNode, nodes }: Agents): Fault | null {
  if (node === null || !nodes?.has(node)) return null;
  const isReady = readyByNode.get(node);
  if (isReady === true) return null;
  if (isReady === false) {
    return {
      message: `The agent of EKS Pod Identity on the node ${node} is not ready.`,
      advice: `kubectl -n kube-system describe pods -l app.kubernetes.io/name=eks-pod-identity-agent --field-selector spec.nodeName=${node}`,
    };
  }
  return {
    message: `The node ${node} has no agent of EKS Pod Identity.`,
    advice: 'aws eks create-addon --cluster-name CLUSTER --addon-name eks-pod-identity-agent',
  };
}
