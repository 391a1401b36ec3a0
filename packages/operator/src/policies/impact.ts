import { compilePolicies } from '../../../../src/policy/policies/compile.ts';
import { makeEngine } from '../../../../src/policy/decide/engine.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import { unpackPolicies } from '../../../../src/policy-versions/packed-policies.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Context } from '../cli/command.ts';
import { makeProgress } from '../cli/progress.ts';
import { clusterName, coverageOf, gapsIn, observedAssociations } from '../observed-associations.ts';
import { shippedPolicies } from '../options.ts';
import { readLive, readPacked } from '../policy-versions/publish.ts';
import { withLedger, withPolicyStore } from '../session.ts';
import type { WithWorld } from '../settings.ts';
import { makeImpactJudge } from './impact-judge.ts';
import type { Impact, PoliciesInUse } from './impact-judge.ts';
import { collectImpacts, summaryLines } from './impact-summary.ts';
import { isAsRecorded, lineOf, replayPoliciesOf, replayRecorded, rolesIn, summaryOf } from './replay.ts';
import type { RecordedRequests, Replacement } from './replay.ts';

/** What to judge by which policies. */
export interface ImpactRequest extends Replacement {
  /** What to compare with; null: the version in force or the policies of the package. */
  readonly against: Pick<Replacement, 'policies' | 'inventory'> | null;
  /** Recorded requests to replay besides; null: none. */
  readonly requests: RecordedRequests | null;
  readonly output: 'text' | 'json';
}

type ImpactContext = Context<LedgerSettings & WithWorld & { readonly hasPolicyTable: boolean }>;

/**
 * Judges the observed associations and recorded requests, and prints what would be decided
 * otherwise. Gives the exit code.
 */
export async function run(request: ImpactRequest, context: ImpactContext): Promise<number> {
  const { settings, warn } = context;
  const progress = makeProgress(context.stderr);
  const print = (line: string) => {
    progress.clear();
    context.print(line);
  };
  const isJson = request.output === 'json';
  const printObject = (type: string, fields: object) => print(JSON.stringify({ type, ...fields }));
  const after = { ...replayPoliciesOf(request, settings.world), roles: await rolesIn(request) };
  const before = await policiesBefore(request, context);
  const printImpact = (one: Impact) => (isJson ? printObject('ASSOCIATION', objectOf(one)) : print(textOf(one)));
  const { summary, coverage } = await judgeAll(settings, before, after, printImpact, progress);
  progress.clear();
  if (!isJson) for (const line of summaryLines(summary)) print(line);
  const requests =
    request.requests &&
    (await replayRecorded(request.requests, settings, after, (flip) =>
      isJson ? printObject('REQUEST', flip) : print(lineOf(flip)),
    ));
  if (isJson) {
    const policies = { policies: hashesOf(after), against: hashesOf(before) };
    printObject('SUMMARY', { ...summary, requests, coverage, ...policies });
  } else {
    if (requests) print(summaryOf(requests));
    print(`${hashText(after)}, compared with ${hashText(before)}`);
  }
  for (const gap of gapsIn(coverage)) warn(`NOTE ${gap}`);
  const isSame = Object.keys(summary.counts).length === 0 && (requests === null || isAsRecorded(requests));
  return isSame ? 0 : 2;
}

/** The policies to compare with. */
async function policiesBefore({ against }: ImpactRequest, { settings, warn }: ImpactContext): Promise<PoliciesInUse> {
  if (against !== null) return replayPoliciesOf(against, settings.world);
  const inForce = settings.hasPolicyTable ? await policiesInForce(settings) : null;
  if (inForce !== null) return inForce;
  if (settings.hasPolicyTable) warn('NOTE Nothing has been published: the policies of the package are compared.');
  return replayPoliciesOf({ policies: shippedPolicies, inventory: undefined }, settings.world);
}

/** The version in force; null if none was published. */
function policiesInForce(settings: LedgerSettings): Promise<PoliciesInUse | null> {
  return withPolicyStore(settings, async (store) => {
    const live = await readLive(store);
    if (live === null) return null;
    if (live.version === null) throw new Error(`Version ${live.number}, which is in force, has another format.`);
    const files = unpackPolicies(await readPacked(store, live.version));
    return { engine: makeEngine(compilePolicies(files), undefined, true), inventory: parseInventory(files.inventory) };
  });
}

/** Judges the observed associations of the clusters of both inventories. */
function judgeAll(
  settings: LedgerSettings,
  before: PoliciesInUse,
  after: PoliciesInUse & Parameters<typeof replayRecorded>[2],
  onImpact: (impact: Impact) => void,
  progress: Pick<ReturnType<typeof makeProgress>, 'report'>,
) {
  const judge = makeImpactJudge(before, after, after.roles, Date.now());
  const impacts = collectImpacts([before, after]);
  const all = [before, after].flatMap(({ inventory }) => inventory.clusters);
  const clusters = [...new Map(all.map((cluster) => [clusterName(cluster), cluster])).values()];
  let judged = 0;
  return withLedger(settings, async (ledger) => {
    for await (const page of observedAssociations(ledger, clusters)) {
      for (const observed of page) {
        const found = judge(observed);
        found.forEach(onImpact);
        impacts.add(found);
      }
      judged += page.length;
      progress.report(judged, 'associations judged');
    }
    return { summary: impacts.summary(), coverage: await coverageOf(ledger, clusters) };
  });
}

function textOf({ kind, association, origin, principals, before, after }: Impact): string {
  const { namespace, serviceAccount } = association;
  const place = `${clusterName(association)}/${namespace}/${serviceAccount}`;
  return `${kind} ${place} (${origin}) for ${principals.join(', ')}: ${before}; now ${after}`;
}

function objectOf({ association, ...impact }: Impact) {
  const { accountId, region, clusterName: name, namespace, serviceAccount } = association;
  return { ...impact, accountId, region, clusterName: name, namespace, serviceAccount };
}

function hashesOf({ engine, inventory }: PoliciesInUse) {
  return { policySetHash: engine.policySet.hash, inventoryHash: inventory.hash };
}

function hashText(policies: PoliciesInUse): string {
  const { policySetHash, inventoryHash } = hashesOf(policies);
  return `policy set ${policySetHash}, inventory ${inventoryHash}`;
}
