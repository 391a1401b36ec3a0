import type { ClusterObjects, Pod } from '../kubernetes/objects.ts';
import type { Told } from './injection.ts';

/** Whether the agent of EKS Pod Identity is ready, by node; null if nodes or the agent's namespace were not read. */
export type Agents = ReadonlyMap<string, 'READY' | 'NOT_READY' | 'MISSING'> | null;

/** The agents in what was read. Nodes of EKS Auto Mode have one without a pod. */
export function agentsOf({ pods, nodes }: ClusterObjects): Agents {
  if (nodes.length === 0 || !pods.some(({ metadata }) => metadata.namespace === 'kube-system')) return null;
  const needed = nodes.filter(({ metadata }) => metadata.labels['eks.amazonaws.com/compute-type'] !== 'auto');
  const agents = pods.filter(({ metadata }) => metadata.labels['app.kubernetes.io/name'] === 'eks-pod-identity-agent');
  return new Map([
    ...needed.map(({ metadata }) => [metadata.name, 'MISSING'] as const),
    ...agents.map(({ spec, status }) => {
      const isReady = status.conditions.some((one) => one.type === 'Ready' && one.status === 'True');
      return [spec.nodeName, isReady ? 'READY' : 'NOT_READY'] as const;
    }),
  ]);
}

/** Why the node of a pod has no agent, as far as that is known. */
export function* agentFindings({ spec: { nodeName } }: Pod, agents: Agents): Generator<Told> {
  const state = agents?.get(nodeName);
  if (state === 'NOT_READY')
    yield [
      'AGENT_MISSING',
      `The agent of EKS Pod Identity on the node ${nodeName} is not ready.`,
      `kubectl -n kube-system describe pods -l app.kubernetes.io/name=eks-pod-identity-agent --field-selector spec.nodeName=${nodeName}`,
    ];
  if (state === 'MISSING')
    yield [
      'AGENT_MISSING',
      `The node ${nodeName} has no agent of EKS Pod Identity.`,
      'aws eks create-addon --cluster-name CLUSTER --addon-name eks-pod-identity-agent',
    ];
}
