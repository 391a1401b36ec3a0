import { createReadStream } from 'node:fs';
import { ValiError } from 'valibot';
import { CommandError, GeneralError, UsageError } from '../aws/errors.ts';
import { printReport, readText, textOf, withSession } from '../declaration/compound.ts';
import type { Compound } from '../declaration/compound.ts';
import { readDocuments } from '../kubernetes/documents.ts';
import { isLeftOut, namespacesOf, objectsOf } from '../kubernetes/objects.ts';
import type { ClusterObjects } from '../kubernetes/objects.ts';
import { agentsOf } from './agents.ts';
import { makeReader, readAssociationList } from './associations.ts';
import type { Associations, Cluster } from './associations.ts';
import { diagnosePod, unusedAssociations } from './diagnosis.ts';
import { hasProblems, reportLines, reportOf } from './report.ts';
import { watchPods } from './watch.ts';

/** As many characters as the input can have, and one of its objects: the API server takes objects of up to 1.5 MiB. */
const [maxLength, maxWatchedLength] = [256 * 2 ** 20, 8 * 2 ** 20];

/**
 * Finds pods without the credentials of their association. Returns 2 if there are any. Of the
 * input, only the names of namespaces are sent to the gateway.
 */
export async function runDoctor(compound: Compound): Promise<number> {
  const cluster = await clusterOf(compound);
  const list = cluster === null ? listOf(compound) : null;
  if (compound.values.watch === true)
    return watchPods(compound, documentsOf(compound, maxWatchedLength), cluster ?? list);
  const objects = await readObjects(documentsOf(compound, maxLength));
  const pods = objects.pods.filter((pod) => !isLeftOut(pod));
  const found = { ...objects, pods };
  const associations = cluster === null ? list : await read(compound, cluster, found);
  const known = { associations, agents: agentsOf(objects), now: Date.now() };
  const unused = associations === null ? [] : unusedAssociations(found, associations);
  const diagnosed = pods.map((pod) => diagnosePod(pod, known));
  const report = reportOf(diagnosed, unused, uncheckedOf(objects, associations));
  await printReport(compound, reportLines(report, associations), () => report);
  return hasProblems(report) ? 2 : 0;
}

/** The cluster that the gateway is asked about; null if it is not asked. */
async function clusterOf({ values, connection, host }: Compound): Promise<Cluster | null> {
  const clusterName = textOf(values, 'clusterName');
  if (textOf(values, 'associations') !== null) {
    if (clusterName !== null) throw new UsageError('Give --associations or --cluster-name, not both.');
    return null;
  }
  if (connection.endpointUrl === null) {
    if (clusterName === null) return null;
    throw new UsageError('--cluster-name needs the gateway: give --endpoint-url or POD_IDENTITY_ENDPOINT_URL.');
  }
  if (clusterName === null) return (await host.contextCluster?.()) ?? null;
  return { clusterName, accountId: textOf(values, 'accountId'), region: textOf(values, 'clusterRegion') };
}

/** The associations of the file of `--associations`; null without it. */
function listOf({ values }: Compound): Associations | null {
  const path = textOf(values, 'associations');
  if (path === null) return null;
  const text = readText(path);
  try {
    return readAssociationList(text);
  } catch (error) {
    throw asGeneralError(error, path);
  }
}

/** The associations of the cluster in the namespaces of some objects, with the times of those with pods. */
async function read(compound: Compound, cluster: Cluster, objects: ClusterObjects): Promise<Associations> {
  return withSession(compound, async ({ client, signal }) => {
    const { list, withTimes } = makeReader(client, cluster, { signal });
    return withTimes(await list(namespacesOf(objects)), objects.pods);
  });
}

/** The JSON objects of the input. */
async function* documentsOf({ values, host }: Compound, longest: number): AsyncGenerator<unknown, void, undefined> {
  const path = textOf(values, 'file') ?? '-';
  const input = path === '-' ? host.input?.() : createReadStream(path);
  if (!input) throw new GeneralError('This program has no standard input. Give a file with --file.');
  try {
    yield* readDocuments(input, longest);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (error instanceof Error && error.cause instanceof CommandError) throw error.cause;
    throw asGeneralError(error, path === '-' ? 'Standard input' : path);
  }
}

function asGeneralError(error: unknown, name: string): unknown {
  if (error instanceof SyntaxError)
    return new GeneralError(`${name}: ${error.message}. It has to be JSON, as kubectl get -o json prints it.`);
  if (error instanceof TypeError || error instanceof ValiError) return new GeneralError(`${name}: ${error.message}`);
  return new GeneralError(`${name} can't be read: ${error instanceof Error ? error.message : String(error)}`);
}

/** The objects of lists; a document can also be one pod. */
async function readObjects(documents: AsyncIterable<unknown>): Promise<ClusterObjects> {
  const objects: unknown[] = [];
  for await (const document of documents) {
    const { kind, items } = Object(document) as { kind?: unknown; items?: unknown };
    if (kind === 'Pod') objects.push(document);
    else if (Array.isArray(items)) for (const item of items) objects.push(item);
    else
      throw new GeneralError(
        'The input is not a list, as kubectl get -o json prints it: that of get -w needs --watch.',
      );
  }
  return objectsOf(objects);
}

function uncheckedOf(objects: ClusterObjects, associations: Associations | null): readonly string[] {
  if (associations === null) return [];
  return [
    ...(agentsOf(objects) ? [] : ['agents, because the input has no nodes, or no pods of kube-system.']),
    ...(objects.serviceAccounts.size > 0 ? [] : ['whether service accounts exist, because the input has none.']),
    ...associations.unread.map((namespace) => `${namespace}, whose associations you may not read.`),
  ];
}
