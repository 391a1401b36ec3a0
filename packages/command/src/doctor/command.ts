import { createReadStream } from 'node:fs';
import { CommandError, GeneralError } from '../aws/errors.ts';
import { printReport, readText, textOf, withSession } from '../declaration/compound.ts';
import type { Compound } from '../declaration/compound.ts';
import { readObjects } from '../kubernetes/objects.ts';
import type { ClusterObjects } from '../kubernetes/objects.ts';
import { agentsOf } from './agents.ts';
import { readAssociationList } from './associations.ts';
import type { Associations } from './associations.ts';
import { diagnosePod, unusedAssociations } from './diagnosis.ts';
import { readFor, sourceOf } from './gateway.ts';
import { hasProblems, reportLines, reportOf } from './report.ts';
import { watchPods } from './watch.ts';

/** As many bytes as the input can have, which becomes one text. */
const maxBytes = 256 * 1024 * 1024;

/**
 * Finds pods without the credentials of their association. Returns 2 if there are any. Of the
 * input, only the names of namespaces are sent to the gateway.
 */
export async function runDoctor(compound: Compound): Promise<number> {
  const { values } = compound;
  const path = textOf(values, 'file') ?? '-';
  const cluster = await sourceOf(compound);
  if (values.watch === true) return watchPods(compound, inputOf(compound, path), cluster ?? listOf(compound));
  const objects = await readInput(compound, path);
  const pods = objects.pods.filter(({ isLeftOut }) => !isLeftOut);
  const found = { ...objects, pods };
  const associations =
    cluster === null
      ? listOf(compound)
      : await withSession(compound, ({ client, signal }) => readFor(client, cluster, found, { signal }));
  const known = { associations, agents: agentsOf(objects), now: Date.now() };
  const unused = associations === null ? [] : unusedAssociations(found, associations);
  const report = reportOf(
    pods.map((pod) => diagnosePod(pod, known)),
    unused,
    associations === null ? [] : uncheckedOf(objects, associations, known.agents.nodes !== null),
  );
  await printReport(compound, reportLines(report, associations), () => report);
  return hasProblems(report) ? 2 : 0;
}

/** The associations of the file of `--associations`; null without it. */
function listOf({ values }: Compound): Associations | null {
  const path = textOf(values, 'associations');
  return path === null ? null : parsed(path, () => readAssociationList(readText(path)));
}

async function readInput(compound: Compound, path: string): Promise<ClusterObjects> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of inputOf(compound, path)) {
    size += chunk.length;
    if (size > maxBytes)
      throw new GeneralError(`${nameOf(path)} is larger than 256 MiB. Read one namespace at a time.`);
    chunks.push(chunk);
  }
  return parsed(nameOf(path), () => readObjects(Buffer.concat(chunks).toString()));
}

async function* inputOf({ host }: Compound, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (path !== '-') yield* createReadStream(path);
    else if (host.input) yield* host.input();
    else throw new GeneralError('This program has no standard input. Give a file with --file.');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (error instanceof Error && error.cause instanceof CommandError) throw error.cause;
    throw new GeneralError(`${nameOf(path)} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function nameOf(path: string): string {
  return path === '-' ? 'Standard input' : path;
}

function parsed<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError) {
      const hint = ' It has to be one JSON document; the output of kubectl get -w needs --watch.';
      throw new GeneralError(`${name}: ${error.message}.${hint}`);
    }
    if (error instanceof TypeError) throw new GeneralError(`${name}: ${error.message}`);
    throw error;
  }
}

function uncheckedOf({ serviceAccounts }: ClusterObjects, { unread }: Associations, hasAgents: boolean) {
  return [
    ...(hasAgents ? [] : ['agents, because the input has no nodes, or no pods of kube-system.']),
    ...(serviceAccounts.size > 0 ? [] : ['whether service accounts exist, because the input has none.']),
    ...unread.map((namespace) => `${namespace}, whose associations you may not read.`),
  ];
}
