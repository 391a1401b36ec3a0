import { apiVersion, kind } from './binding.ts';
import type { Binding } from './binding.ts';
import { conditionOf } from './conditions.ts';
import type { KubernetesApi } from './kubernetes/api.ts';

const component = 'pod-identity-controller';

/**
 * Writes an event on a resource for each condition whose status or reason changed. An event that
 * can't be written is left out, as in a namespace that is being deleted.
 */
export async function writeEvents(
  api: KubernetesApi,
  before: Binding,
  after: Binding,
  onError: (error: unknown) => void,
): Promise<void> {
  for (const type of ['Ready', 'CredentialsInjected']) {
    const [was, is] = [conditionOf(before, type), conditionOf(after, type)];
    if (!is || (was?.status === is.status && was.reason === is.reason)) continue;
    const isWarning = type === 'Ready' ? conditionOf(after, 'Stalled') !== undefined : is.status === 'False';
    const { namespace, name, metadata } = after;
    const time = new Date().toISOString().replace(/\.\d+/, '');
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace, generateName: `${name.slice(0, 200)}.` },
      involvedObject: {
        apiVersion,
        kind,
        namespace,
        name,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
      },
      reason: is.reason,
      message: is.message.slice(0, 1_000),
      type: isWarning ? 'Warning' : 'Normal',
      source: { component },
      reportingComponent: component,
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    };
    await api.request({ method: 'POST', path: `/api/v1/namespaces/${namespace}/events`, body }).catch(onError);
  }
}
