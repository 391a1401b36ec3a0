import { runCommand, UsageError } from '../tools/command.ts';
import { applyWithKills, planDeclaration, planEveryKind } from './fleet-apply.ts';
import { changeOutside, foundDrift, foundIn } from './fleet-changes.ts';
import { costTable, measureFleetUnits, unitTable } from './fleet-costs.ts';
import { openFleetGateway } from './fleet-gateway.ts';
import type { FleetGateway } from './fleet-gateway.ts';
import { impactOfOneRule } from './fleet-impact.ts';
import { doJobs } from './fleet-jobs.ts';
import { makeSteps } from './fleet-step.ts';
import { clusters, perCluster } from './fleet-world.ts';

const help = `Plays a day of a fleet: 200 clusters in 20 accounts, with 10,000 associations that Terraform made, on a gateway over HTTP with a simulated EKS. They are scanned,
adopted, exported, renamed and reviewed, changed outside of the gateway in ten ways, looked up as of a time, judged by a new policy, and others are declared, planned and applied by runners
that are killed. Fails if a change is not found, something else is, or a change has not exactly one effect. Prints Markdown tables. Requires Linux and Java.

Units are those that DynamoDB would charge, by the sizes of items. Seconds are those of one process with the command, the gateway, its ledger in SQLite and the simulated EKS.

Usage: npm run bench -- fleet-day [OPTIONS]

  --adopted N   in how many of the clusters associations are adopted, 37 to 200 (default: 200); the jobs of a fleet are done if it is all
  --declared N  how many bindings are applied, a multiple of 1,000 (default: 2,000); 10,000 are planned in any case
  -h, --help    print this text
`;

type ScanResult = Awaited<ReturnType<FleetGateway['scanAll']>>;

const aboutScan = ({ complete, observed, driftFound }: ScanResult) =>
  `${complete} clusters, ${observed} observed, ${driftFound} entries of drift`;

async function adoptIn(fleet: FleetGateway, count: number, plan: boolean): Promise<number> {
  const names = clusters.slice(0, count).map(({ clusterName }) => clusterName);
  const args = ['adopt', '--cluster-name', names.join(','), '--output', 'json', plan ? '--plan' : '--yes'];
  const { stdout } = await fleet.run(args);
  const { counts } = JSON.parse(stdout) as { readonly counts: { readonly planned: number; readonly adopted: number } };
  return plan ? counts.planned : counts.adopted;
}

/** How many associations differ from the trail in some clusters. */
async function driftIn({ gateway }: FleetGateway, count: number): Promise<number> {
  let sum = 0;
  for (const { clusterName, accountId } of clusters.slice(0, count)) {
    const query = `{ associationDrift(clusterName: "${clusterName}", accountId: "${accountId}", first: 100) { nodes { kind } } }`;
    const { data } = await gateway.send<{ associationDrift: { nodes: readonly object[] } }>(query, {}, 'olivia');
    if (data === null) throw new Error(`The drift of ${clusterName} could not be read.`);
    sum += data.associationDrift.nodes.length;
  }
  return sum;
}

/**
 * How many associations have a role that a change outside gave them, as of a time; now if it is
 * null.
 */
async function withOutsideRole({ gateway }: FleetGateway, asOf: string | null): Promise<number> {
  const query = `query ($asOf: DateTime, $cluster: String) {
    associations(filter: { clusterName: $cluster }, asOf: $asOf, first: 100) { nodes { roleArn } }
  }`;
  let sum = 0;
  for (const { clusterName } of clusters.slice(0, 37)) {
    const variables = { asOf, cluster: clusterName };
    const { data } = await gateway.send<{ associations: { nodes: readonly { readonly roleArn: string }[] } }>(
      query,
      variables,
      'olivia',
    );
    sum += data?.associations.nodes.filter(({ roleArn }) => roleArn.endsWith('/outside')).length ?? NaN;
  }
  return sum;
}

/** Plays the day, and prints what it showed. */
async function play(fleet: FleetGateway, adopted: number, declared: number): Promise<void> {
  const steps = makeSteps(fleet);
  const { step } = steps;
  const all = clusters.length * perCluster;
  await step('first scan', () => fleet.scanAll(), aboutScan);
  await step('scan without a change', () => fleet.scanAll(), aboutScan);
  await step(
    `plan of the adoption in ${adopted} clusters`,
    () => adoptIn(fleet, adopted, true),
    (count) => `${count} planned`,
  );
  await step(
    `adoption in ${adopted} clusters`,
    () => adoptIn(fleet, adopted, false),
    (count) => `${count} adopted`,
  );
  await step('scan after it', () => fleet.scanAll(), aboutScan);
  await step(
    'drift in the adopted clusters',
    () => driftIn(fleet, adopted),
    (count) => `${count} differences`,
  );
  if (adopted === clusters.length) await doJobs(fleet, steps);
  const before = new Date(fleet.clock.now()).toISOString();
  fleet.clock.skip(60_000);
  const changes = await changeOutside(fleet);
  await step('scan after ten changes outside', () => fleet.scanAll(), aboutScan);
  const foundAtOnce = foundIn(changes, await foundDrift(fleet.ledger));
  await step('scan in which all reads are due', () => fleet.scanAll(0), aboutScan);
  const found = foundIn(changes, await foundDrift(fleet.ledger));
  if (found.length !== changes.length) throw new Error(`Only ${found.length} changes outside were found.`);
  await step('the same again', () => fleet.scanAll(0), aboutScan);
  const [past, now] = [await withOutsideRole(fleet, before), await withOutsideRole(fleet, null)];
  const { result: impact } = await step(
    'impact of a rule',
    () => impactOfOneRule(fleet),
    ({ counts }) =>
      Object.entries(counts)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', '),
  );
  await fleet.scanAll();
  const plan = await planDeclaration(fleet, 10_000);
  const small = declared === 10_000 ? plan : await planDeclaration(fleet, declared);
  const applied = await applyWithKills(fleet, small);
  const kinds = await planEveryKind(fleet, adopted);
  process.stdout.write(`${steps.table()}

Found by the next scan: ${foundAtOnce.map(({ name }) => name).join(', ')}.
Found once their read was due: ${found
    .filter((one) => !foundAtOnce.includes(one))
    .map(({ name }) => name)
    .join(', ')}.
Associations with a role from outside: ${past} as of before the changes, ${now} now.
Memory of the impact of a rule on ${all} associations: resident ${impact.resident.map((one) => one.toFixed(0)).join(', ')} MB (a third, two thirds, most).
A plan of ${plan.changes} bindings: ${plan.seconds.toFixed(1)} seconds.
Applied ${small.changes}: ${applied.seconds.toFixed(0)} seconds; killed after ${applied.killedAt.join(', ')} effects, then two runners at once: ${applied.effects} effects at EKS, ${applied.distinct} different ones.
A plan of every kind of change in all clusters: ${JSON.stringify(kinds.counts)} in ${kinds.seconds.toFixed(1)} seconds.

`);
}

process.exitCode = await runCommand({
  help,
  options: { adopted: { type: 'string', default: '200' }, declared: { type: 'string', default: '2000' } },
  run: async ({ adopted, declared }) => {
    // The changes outside are made in the first 37 clusters.
    if (!(Number(adopted) >= 37 && Number(adopted) <= clusters.length))
      throw new UsageError('--adopted must be 37 to 200.');
    if (!(Number(declared) > 0 && Number(declared) % 1_000 === 0))
      throw new UsageError('--declared must be a multiple of 1,000.');
    const fleet = await openFleetGateway();
    try {
      await play(fleet, Number(adopted), Number(declared));
    } finally {
      await fleet.close();
    }
    const units = await measureFleetUnits();
    process.stdout.write(`${unitTable(units)}\n\n${costTable(units)}\n`);
    return 0;
  },
});
