import { GeneralError } from '../aws/errors.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { Session } from '../host.ts';
import { batches, batchSize, judged, mapLimited } from './check.ts';
import type { Checked } from './check.ts';
import { checkRoles, hasRefusals, roleLines, rolesAnswer } from './check-roles.ts';
import type { Compound } from './compound.ts';
import { printReport, readText, textOf, withSession, writeText } from './compound.ts';
import { clusterKeyOf, keyOf, problemLines } from './declaration.ts';
import type { Declaration, Desired } from './declaration.ts';
import { expand } from './expand.ts';
import { inputOf } from './inputs.ts';
import { observe, readAssociations, readClusters } from './observe.ts';
import type { Observation } from './observe.ts';
import { planText } from './plan-file.ts';
import type { Plan } from './plan-file.ts';
import { differenceOf } from './planner.ts';
import type { Change, Observed } from './planner.ts';
import { planAnswer, planLines } from './print.ts';
import type { GoneCluster } from './print.ts';
import { readDeclaration } from './read.ts';

/** Exit codes, as those of `terraform plan -detailed-exitcode`. */
const exitCodes = { nothing: 0, denied: 1, changes: 2 } as const;

/** Plans what a declaration changes, and saves the plan. Changes nothing. */
export async function runPlan(compound: Compound): Promise<number> {
  const { values, host } = compound;
  const path = textOf(values, 'file') ?? '';
  const read = readDeclaration(readText(path));
  if (read.kind === 'problems') throw new GeneralError(problemLines(path, read.problems).join('\n'));
  const { declaration } = read;
  const { plan, remarks, oldestScan, roles } = await withSession(compound, async (session, progress) => {
    const options = { signal: session.signal };
    const clusters = await readClusters(session.client, declaration, options);
    const { desired, problems } = expand(declaration, clusters);
    if (problems.length > 0) throw new GeneralError(problemLines(path, problems).join('\n'));
    const planned = await makePlan(compound, session, { declaration, desired });
    const checksRoles = values.checkRoles === true;
    return {
      ...planned,
      roles: checksRoles ? await checkRoles(session.client, planned.plan, progress, options) : null,
    };
  });
  if (oldestScan !== null) host.writeError(`Observed at ${oldestScan} or later.\n`);
  const file = textOf(values, 'outputFile');
  if (file !== null) writeText(file, planText(plan));
  await printReport(compound, [...planLines(plan, remarks), ...roleLines(plan, roles)], () => {
    return { ...planAnswer(plan, remarks), roles: rolesAnswer(roles) };
  });
  if (plan.denied.length > 0 || hasRefusals(roles)) return exitCodes.denied;
  return plan.changes.length > 0 ? exitCodes.changes : exitCodes.nothing;
}

interface Wanted {
  readonly declaration: Declaration;
  readonly desired: readonly Desired[];
}

async function makePlan({ values }: Compound, { client, url, signal }: Session, { declaration, desired }: Wanted) {
  const options = { signal };
  const { name } = declaration;
  const [viewer, observation] = await Promise.all([
    client.viewer(options),
    observeFor(client, { name, desired }, options),
  ]);
  const { observed, unobserved, gone, oldestScan } = observation;
  const present = desired.filter((one) => !gone.has(clusterKeyOf(one)));
  const [adopt, prune] = [values.adopt === true, values.prune === true];
  const difference = differenceOf({ name, desired: present, observed, unobserved, adopt, prune });
  const context = { declaration: name, onBehalfOf: textOf(values, 'onBehalfOf') };
  const checks = await check(client, context, difference.changes, options);
  const { changes, denied } = judged(difference.changes, checks);
  const plan: Plan = {
    format: 'pod-identity-plan/1',
    planId: crypto.randomUUID(),
    createdAt: new Date().toISOString(),
    gateway: url,
    principalId: viewer.id,
    ...context,
    changes,
    denied: [...difference.denied, ...denied],
    unchanged: difference.unchanged,
    leftOver: difference.leftOver,
    clusterSizes: sizesOf(changes, observed),
  };
  const undecided = checks.filter(({ unknownRoles }) => unknownRoles.length > 0).length;
  return { plan, remarks: { ...difference, undecided, inGone: inGoneClusters(gone, desired) }, oldestScan };
}

/** The clusters of a declaration that are gone, and how many of its associations they would have. */
function inGoneClusters(gone: ReadonlyMap<string, string>, desired: readonly Desired[]): readonly GoneCluster[] {
  const counts = Map.groupBy(desired, clusterKeyOf);
  return [...gone].map(([cluster, since]) => ({ cluster, since, leftOut: counts.get(cluster)?.length ?? 0 }));
}

/**
 * What is observed in the clusters of a declaration, and in those where its name made something.
 */
async function observeFor(
  client: GatewayClient,
  { name, desired }: { readonly name: string; readonly desired: readonly Desired[] },
  options: CallOptions,
): Promise<Observation> {
  const { associations: made } = await readAssociations(client, { declaration: name }, options);
  const clusters = new Map([...desired, ...made].map((one) => [clusterKeyOf(one), one]));
  return observe(client, [...clusters.values()], options);
}

/** Asks for each change whether it would be made, 100 at a time. */
export async function check(
  client: GatewayClient,
  context: Pick<Plan, 'declaration' | 'onBehalfOf'>,
  changes: readonly Change[],
  options: CallOptions,
): Promise<readonly Checked[]> {
  const results = await mapLimited(batches(changes, batchSize), 4, async (batch) => {
    const inputs = batch.map((change) => inputOf(context, change));
    return (await client.checkPodIdentityAssociations({ input: { changes: inputs } }, options)).results;
  });
  return results.flat();
}

function sizesOf(changes: readonly Change[], observed: readonly Observed[]): Readonly<Record<string, number>> {
  const deleting = new Set(
    changes.flatMap(({ action, target }) => (action === 'delete' ? [clusterKeyOf(target)] : [])),
  );
  const sizes: Record<string, number> = {};
  for (const key of new Map(observed.map((one) => [keyOf(one), clusterKeyOf(one)])).values()) {
    if (deleting.has(key)) sizes[key] = (sizes[key] ?? 0) + 1;
  }
  return sizes;
}
