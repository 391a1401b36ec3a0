import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { GeneralError } from '../aws/errors.ts';
import { withSession } from '../declaration/compound.ts';
import type { Compound } from '../declaration/compound.ts';
import { readDocuments } from '../kubernetes/documents.ts';
import { fieldsOf, textOf } from '../kubernetes/json.ts';
import { serviceAccountKey } from '../kubernetes/objects.ts';
import { podOf } from '../kubernetes/pod.ts';
import type { Pod } from '../kubernetes/pod.ts';
import { readAssociations, withTimes } from './associations.ts';
import type { Associations, Cluster } from './associations.ts';
import { diagnosePod } from './diagnosis.ts';
import type { DiagnosedPod } from './diagnosis.ts';
import { hasProblems, placeOf, toldLines } from './report.ts';

/** How long the associations of a namespace are used before they are read again. */
const freshMs = 10_000;
/** A watch of pods sees no nodes. */
const agents = { readyByNode: new Map<string, boolean>(), nodes: null };

type AssociationsFor = (pod: Pod) => Promise<Associations | null>;

/**
 * Shows findings as pods come and go, from the output of
 * `kubectl get pods -w -o json --output-watch-events`, until it ends. Returns 2 if pods have problems
 * then.
 *
 * @param source the associations, or the cluster for which the gateway is asked; null: neither is known
 */
export async function watchPods(
  compound: Compound,
  input: AsyncIterable<Uint8Array>,
  source: Cluster | Associations | null,
): Promise<number> {
  if (source === null || 'known' in source) return follow(compound, input, () => Promise.resolve(source));
  return withSession(compound, ({ client, signal }) => follow(compound, input, reader(client, source, { signal })));
}

/** Reads the associations of a namespace at most once in a while, with the times of those of pods. */
function reader(client: GatewayClient, cluster: Cluster, options: CallOptions): AssociationsFor {
  const read = new Map<string, { readonly at: number; associations: Associations }>();
  return async (pod) => {
    const last = read.get(pod.namespace);
    const isFresh = last !== undefined && Date.now() - last.at < freshMs;
    const entry = isFresh
      ? last
      : { at: Date.now(), associations: await readAssociations(client, cluster, [pod.namespace], options) };
    read.set(pod.namespace, entry);
    const association = entry.associations.known.get(serviceAccountKey({ ...pod, name: pod.serviceAccount }));
    if (association?.createdAt === null)
      entry.associations = await withTimes(client, cluster, entry.associations, [association], options);
    return entry.associations;
  };
}

async function follow(compound: Compound, input: AsyncIterable<Uint8Array>, associationsFor: AssociationsFor) {
  const shown = new Map<string, string>();
  const withProblems = new Set<string>();
  for await (const event of eventsOf(input)) {
    const { type, pod } = event;
    const key = `${pod.namespace}/${pod.name}`;
    const diagnosed = type === 'DELETED' || pod.isLeftOut ? null : await diagnose(pod, associationsFor);
    if (diagnosed !== null && hasProblems(diagnosed)) withProblems.add(key);
    else withProblems.delete(key);
    const text = JSON.stringify(diagnosed?.findings ?? []);
    if (text !== (shown.get(key) ?? '[]')) show(compound, pod, diagnosed);
    if (diagnosed === null) shown.delete(key);
    else shown.set(key, text);
  }
  return withProblems.size > 0 ? 2 : 0;
}

async function diagnose(pod: Pod, associationsFor: AssociationsFor): Promise<DiagnosedPod> {
  return diagnosePod(pod, { associations: await associationsFor(pod), agents, now: Date.now() });
}

async function* eventsOf(input: AsyncIterable<Uint8Array>) {
  try {
    for await (const document of readDocuments(input)) {
      const { type, object } = fieldsOf(document);
      const { kind, message } = fieldsOf(object);
      if (type === 'ERROR') throw new GeneralError(`kubectl: ${textOf(message) ?? 'the watch ended with an error.'}`);
      if (textOf(type) === null) throw new TypeError('It has no events: give kubectl --output-watch-events.');
      if (kind === 'Pod') yield { type, pod: podOf(fieldsOf(object)) };
    }
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) throw new GeneralError(`Watch: ${error.message}`);
    throw error;
  }
}

/** One line of JSON for each pod whose findings changed, or lines for people. */
function show({ globals, host }: Compound, pod: Pod, diagnosed: DiagnosedPod | null): void {
  const { namespace, name } = pod;
  if (globals.output === 'json') {
    host.write(`${JSON.stringify(diagnosed ?? { namespace, name, findings: [] })}\n`);
    return;
  }
  const findings = diagnosed?.findings ?? [];
  const lines = findings.length === 0 ? [`${namespace}: ${name}: no findings any more`] : [];
  for (const finding of findings) lines.push(`${placeOf(finding)}, pod ${name}`, ...toldLines(finding));
  host.write(lines.map((line) => `${line}\n`).join(''));
}
