import * as v from 'valibot';
import { GeneralError } from '../aws/errors.ts';
import { withSession } from '../declaration/compound.ts';
import type { Compound } from '../declaration/compound.ts';
import { isLeftOut, podOf } from '../kubernetes/objects.ts';
import type { Pod } from '../kubernetes/objects.ts';
import { makeReader } from './associations.ts';
import type { Associations, Cluster } from './associations.ts';
import { diagnosePod } from './diagnosis.ts';
import type { Finding } from './diagnosis.ts';
import { findingLines, hasProblems } from './report.ts';

/** How long the associations of a namespace are used before they are read again. */
const freshMs = 10_000;

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
  documents: AsyncIterable<unknown>,
  source: Cluster | Associations | null,
): Promise<number> {
  if (source === null || 'known' in source) return follow(compound, documents, () => Promise.resolve(source));
  return withSession(compound, ({ client, signal }) =>
    follow(compound, documents, associationsFor(makeReader(client, source, { signal }))),
  );
}

/** Reads the associations of a namespace at most once in a while, with the times of those of pods. */
function associationsFor({ list, withTimes }: ReturnType<typeof makeReader>): AssociationsFor {
  const read = new Map<string, { readonly at: number; readonly associations: Associations }>();
  return async (pod) => {
    const { namespace } = pod.metadata;
    const last = read.get(namespace);
    const fresh =
      last && Date.now() - last.at < freshMs ? last : { at: Date.now(), associations: await list([namespace]) };
    const associations = await withTimes(fresh.associations, [pod]);
    read.set(namespace, { ...fresh, associations });
    return associations;
  };
}

const event = v.object(
  {
    type: v.string(),
    object: v.looseObject({ kind: v.optional(v.string()), message: v.optional(v.string()) }),
  },
  'The input has no events: give kubectl --output-watch-events.',
);

/** Shows the findings of each pod whenever they change. */
async function follow(compound: Compound, documents: AsyncIterable<unknown>, associationsOf: AssociationsFor) {
  const shown = new Map<string, readonly Finding[]>();
  for await (const document of documents) {
    const { type, object } = eventOf(document);
    if (object.kind !== 'Pod') continue;
    const pod = podOf(object);
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const isGone = type === 'DELETED' || isLeftOut(pod);
    // A watch of pods sees no nodes.
    const diagnosed = isGone
      ? null
      : diagnosePod(pod, { associations: await associationsOf(pod), agents: null, now: Date.now() });
    const findings = diagnosed?.findings ?? [];
    if (JSON.stringify(findings) !== JSON.stringify(shown.get(key) ?? [])) {
      const { namespace, name } = pod.metadata;
      show(compound, { ...(diagnosed ?? { namespace, name }), findings });
    }
    if (isGone) shown.delete(key);
    else shown.set(key, findings);
  }
  return [...shown.values()].some((findings) => hasProblems({ findings })) ? 2 : 0;
}

function eventOf(document: unknown): v.InferOutput<typeof event> {
  const { success, output, issues } = v.safeParse(event, document);
  if (!success) throw new GeneralError(issues[0].message);
  if (output.type !== 'ERROR') return output;
  throw new GeneralError(`kubectl: ${output.object.message ?? 'the watch ended with an error.'}`);
}

interface Shown {
  readonly namespace: string;
  readonly name: string;
  readonly findings: readonly Finding[];
}

/** One line of JSON for each pod whose findings changed, or lines for people. */
function show({ globals, host }: Compound, pod: Shown): void {
  const { namespace, name, findings } = pod;
  const lines = findings.flatMap((finding) => findingLines(finding, `, pod ${name}`));
  if (globals.output === 'json') host.write(`${JSON.stringify(pod)}\n`);
  else if (findings.length === 0) host.write(`${namespace}: ${name}: no findings any more\n`);
  else host.write(lines.map((line) => `${line}\n`).join(''));
}
