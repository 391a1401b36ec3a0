import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { Session } from '../host.ts';
import { checkBatches } from './batches.ts';
import { judged, mapLimited } from './check.ts';
import type { Checked } from './check.ts';
import { checkRoles, hasRefusals, roleLines, rolesAnswer } from './check-roles.ts';
import type { Compound } from './compound.ts';
import { printReport, textOf, textsOf, withSession, writeText } from './compound.ts';
import { clusterKeyOf, keyOf } from './declaration.ts';
import type { Target } from './declaration.ts';
import { expand } from './expand.ts';
import { declarationOf, problemsError } from './files.ts';
import { inputOf } from './inputs.ts';
import { withoutMovedExpiries } from './moved-expiries.ts';
import { observe, readAssociations, readClusters } from './observe.ts';
import { planText } from './plan-file.ts';
import type { Plan } from './plan-file.ts';
import { scopeOf } from './plan-scope.ts';
import type { PlanScope } from './plan-scope.ts';
import { readPlaces } from './read-places.ts';
import { differenceOf, unchangedOf } from './planner.ts';
import type { Change, Observed } from './planner.ts';
import { planAnswer, planLines } from './print.ts';
import type { GoneCluster } from './print.ts';
import { groupBy } from './grouped.ts';

/** With `--detailed-exitcode`, changes end with 2, as those of `terraform plan`. */
const exitCodes = { planned: 0, denied: 1, changes: 2 } as const;

/** Plans what a declaration changes, and saves the plan. Changes nothing. */
export async function runPlan(compound: Compound): Promise<number> {
  const { values, host } = compound;
  const declaration = await declarationOf(compound);
  const { plan, remarks, oldestScan, roles } = await withSession(compound, async (session, progress) => {
    const options = { signal: session.signal };
    const clusters = await readClusters(session.client, declaration, options);
    const { desired, problems } = expand(declaration, clusters);
    if (problems.length > 0) throw problemsError(problems);
    const scope = scopeOf(textsOf(values, 'target'), declaration, clusters, desired);
    const planned = await makePlan(compound, session, declaration.name, scope);
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
  return plan.changes.length > 0 && values.detailedExitcode === true ? exitCodes.changes : exitCodes.planned;
}

async function makePlan({ values }: Compound, { client, url, signal }: Session, name: string, scope: PlanScope) {
  const options = { signal };
  const [adopt, prune] = [values.adopt === true, values.prune === true];
  const now = Date.now();
  const [viewer, { associations: made }] = await Promise.all([
    client.viewer(options),
    readAssociations(client, { declaration: name }, options),
  ]);
  const orphans = made.filter((one) => scope.hasClusterOf(one) && !scope.isDeclared(one));
  const places = readPlaces(scope.desired, prune ? orphans : []);
  const { observed, unobserved, gone, oldestScan } = await observe(client, places, options);
  const desired = scope.desired.filter((one) => !gone.has(clusterKeyOf(one)));
  const difference = differenceOf({ desired, observed, orphans, unobserved, adopt, prune, now });
  const context = { declaration: name, onBehalfOf: textOf(values, 'onBehalfOf') };
  const checks = await check(client, context, difference.changes, options);
  const { changes, denied } = await withoutMovedExpiries(client, judged(difference.changes, checks), options);
  const plan: Plan = {
    format: 'pod-identity-plan/1',
    planId: crypto.randomUUID(),
    createdAt: new Date(now).toISOString(),
    gateway: url,
    principalId: viewer.id,
    ...context,
    changes,
    denied: [...difference.denied, ...denied],
    unchanged: difference.unchanged,
    leftOver: difference.leftOver,
    targets: scope.targets,
    untargeted: outsideOf(scope, made).map(unchangedOf),
    clusterSizes: sizesOf(changes, observed),
  };
  const undecided = checks.filter(({ unknownRoles }) => unknownRoles.length > 0).length;
  return { plan, remarks: { ...difference, undecided, inGone: inGoneClusters(gone, scope.desired) }, oldestScan };
}

/** The clusters of a declaration that are gone, and how many of its associations they would have. */
function inGoneClusters(gone: ReadonlyMap<string, string>, desired: readonly Target[]): readonly GoneCluster[] {
  const counts = groupBy(desired, clusterKeyOf);
  return [...gone].map(([cluster, since]) => ({ cluster, since, leftOut: counts.get(cluster)?.length ?? 0 }));
}

/** What the declaration made and a plan of targets is not about. */
function outsideOf({ hasClusterOf, desired }: PlanScope, made: readonly Observed[]): readonly Observed[] {
  const targeted = new Set(desired.map(keyOf));
  return made.filter((one) => !hasClusterOf(one) && !targeted.has(keyOf(one)));
}

/** Asks for each change whether it would be made. The answers are in the order of the changes. */
export async function check(
  client: GatewayClient,
  context: Pick<Plan, 'declaration' | 'onBehalfOf'>,
  changes: readonly Change[],
  options: CallOptions,
): Promise<readonly Checked[]> {
  const batches = checkBatches(changes);
  const results = await mapLimited(batches, 4, async (batch) => {
    const inputs = batch.map((change) => inputOf(context, change));
    return (await client.checkPodIdentityAssociations({ input: { changes: inputs } }, options)).results;
  });
  const found = results.flat();
  const checks = new Map(batches.flat().map((change, index) => [change, found[index]]));
  return changes.flatMap((change) => checks.get(change) ?? []);
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
