import { runCommand, UsageError } from '../tools/command.ts';
import { applyWithKills, planDeclaration, planEveryKind } from './fleet-apply.ts';
import { changeOutside, foundDrift, foundIn } from './fleet-changes.ts';
import { costTable, measureFleetUnits, unitTable } from './fleet-costs.ts';
import { openFleetGateway } from './fleet-gateway.ts';
import type { FleetGateway } from './fleet-gateway.ts';
import { impactOfOneRule } from './fleet-impact.ts';
import type { Impact } from './fleet-impact.ts';
import { doJobs } from './fleet-jobs.ts';
import { makeSteps } from './fleet-step.ts';
import type { Steps } from './fleet-step.ts';
import { clusters } from './fleet-world.ts';

const help = `Plays a day of a fleet: 200 clusters in 20 accounts, with 10,000 associations that Terraform made, on a gateway over HTTP with a simulated EKS. They are scanned,
adopted, exported, renamed and reviewed, changed outside of the gateway in ten ways, looked up as of a time, judged by a new policy, and others are declared, planned and applied by runners
that are killed. Fails if a change is not found, something else is, or a change has not exactly one effect. Prints Markdown tables. Requires Linux and Java.

Units are those that DynamoDB would charge, by the sizes of items. Seconds are those of one process with the command, the gateway, its ledger in SQLite and the simulated EKS.

Usage: npm run bench -- fleet-day [OPTIONS]

  --adopted N   in how many of the clusters associations are adopted, 37 to 200 (default: 200); the jobs of a fleet are done if it is all
  --declared N  how many bindings are applied, a multiple of 1,000 (default: 2,000); 10,000 are planned in any case
  --jobs        only what people do on such a day, without changes outside and killed runners
  -h, --help    print this text

FLEET_CLUSTERS  another number of clusters, with 50 associations in each
`;

type ScanResult = Awaited<ReturnType<FleetGateway['scanAll']>>;

const aboutScan = ({ complete, observed, driftFound }: ScanResult) =>
  `${complete} clusters, ${observed} observed, ${driftFound} entries of drift`;

async function adoptIn(fleet: FleetGateway, count: number): Promise<number> {
  const names = clusters.slice(0, count).map(({ clusterName }) => clusterName);
  const { stdout } = await fleet.run(['adopt', '--cluster-name', names.join(','), '--output', 'json', '--yes']);
  return (JSON.parse(stdout) as { readonly counts: { readonly adopted: number } }).counts.adopted;
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

/** Scans and adopts the fleet, and does the jobs of people if it is adopted as a whole. */
async function playJobs(fleet: FleetGateway, steps: Steps, adopted: number): Promise<Impact> {
  const { step } = steps;
  await step('first scan', () => fleet.scanAll(), aboutScan);
  await step('scan without a change', () => fleet.scanAll(), aboutScan);
  await step(
    `adoption in ${adopted} clusters`,
    () => adoptIn(fleet, adopted),
    (count) => `${count} adopted`,
  );
  if (adopted === clusters.length) await doJobs(fleet, steps);
  const { result: impact } = await step(
    'impact of a rule',
    () => impactOfOneRule(fleet),
    ({ counts }) =>
      Object.entries(counts)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', '),
  );
  return impact;
}

/** Plays what others do on that day, and prints what it showed. */
async function playOthers(fleet: FleetGateway, steps: Steps, adopted: number, declared: number): Promise<void> {
  const { step } = steps;
  await step('scan after it', () => fleet.scanAll(), aboutScan);
  await step(
    'drift in the adopted clusters',
    () => driftIn(fleet, adopted),
    (count) => `${count} differences`,
  );
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
  await fleet.scanAll();
  const plan = await planDeclaration(fleet, 10_000);
  const small = declared === 10_000 ? plan : await planDeclaration(fleet, declared);
  const applied = await applyWithKills(fleet, small);
  const kinds = await planEveryKind(fleet, adopted);
  process.stdout.write(`Found by the next scan: ${foundAtOnce.map(({ name }) => name).join(', ')}.
Found once their read was due: ${found
    .filter((one) => !foundAtOnce.includes(one))
    .map(({ name }) => name)
    .join(', ')}.
Associations with a role from outside: ${past} as of before the changes, ${now} now.
A plan of ${plan.changes} bindings: ${plan.seconds.toFixed(1)} seconds.
Applied ${small.changes}: ${applied.seconds.toFixed(0)} seconds; killed after ${applied.killedAt.join(', ')} effects, then two runners at once: ${applied.effects} effects at EKS, ${applied.distinct} different ones.
A plan of every kind of change in all clusters: ${JSON.stringify(kinds.counts)} in ${kinds.seconds.toFixed(1)} seconds.

`);
}

process.exitCode = await runCommand({
  help,
  options: {
    adopted: { type: 'string', default: String(clusters.length) },
    declared: { type: 'string', default: '2000' },
    jobs: { type: 'boolean', default: false },
  },
  run: async ({ adopted, declared, jobs }) => {
    // The changes outside are made in the first 37 clusters.
    const least = jobs ? 1 : 37;
    if (!(Number(adopted) >= least && Number(adopted) <= clusters.length))
      throw new UsageError(`--adopted must be ${least} to ${clusters.length}.`);
    if (!(Number(declared) > 0 && Number(declared) % 1_000 === 0))
      throw new UsageError('--declared must be a multiple of 1,000.');
    const fleet = await openFleetGateway();
    try {
      const steps = makeSteps(fleet);
      const { resident } = await playJobs(fleet, steps, Number(adopted));
      if (!jobs) await playOthers(fleet, steps, Number(adopted), Number(declared));
      const sizes = resident.map((one) => one.toFixed(0)).join(', ');
      process.stdout.write(
        `${steps.table()}\n\nMemory of the impact, resident: ${sizes} MB (a third, two thirds, most).\n\n`,
      );
    } finally {
      await fleet.close();
    }
    if (jobs) return 0;
    const units = await measureFleetUnits();
    process.stdout.write(`${unitTable(units)}\n\n${costTable(units)}\n`);
    return 0;
  },
});
