// Quick tests: packages/command/test/declaration/fold.test.ts and infer-selectors.test.ts.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEksSimulator } from '../../../eks-simulator/src/index.ts';
import type { EksSimulator } from '../../../eks-simulator/src/index.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import { home } from '../../../../test/support/gateway.ts';
import { copyOfShipped } from '../../../../test/support/policy-sample.ts';
import { makeClock } from '../../../../test/support/test-clock.ts';
import { simulatedWorld } from '../../../local-gateway/src/world/simulated.ts';
import { writtenBy } from './rule-fleet.ts';
import { startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

const { region } = home;
const accounts = [home.accountId, '222222222222', '333333333333'];
const clusters = accounts.flatMap((accountId) =>
  ['dev', 'prod'].map((environment) => ({ accountId, region, clusterName: `apps-${environment}`, environment })),
);
/** In the inventory, and not at EKS: it can't be scanned. */
const lost = { accountId: home.accountId, region, clusterName: 'lost', environment: 'prod' };

const role = 'arn:aws:iam::{accountId}:role/pods';
const rules = [
  { roleArn: `${role}/{namespace}/{serviceAccount}`, namespaces: ['payments', 'search'], serviceAccounts: ['api'] },
  { roleArn: `${role}/payments/{environment}`, namespaces: ['payments'], serviceAccounts: ['worker', 'cron'] },
  { roleArn: `${role}/search/index`, namespaces: ['search'], serviceAccounts: ['index'], tags: { team: 'search' } },
].map((rule, index) => ({
  ...rule,
  isSelected: ({ environment }: { readonly environment: string }) => index < 2 || environment === 'dev',
}));
const written = writtenBy(
  rules,
  clusters.map((cluster) => ({ ...cluster, namespaces: [] })),
);

let policies: string;
let simulator: EksSimulator;
let fleet: ScannedGateway;

beforeAll(async () => {
  policies = copyOfShipped();
  const file = join(policies, 'inventory.json');
  const shipped = JSON.parse(readFileSync(file, 'utf8')) as object;
  const served = accounts.map((accountId) => ({
    accountId,
    name: `account-${accountId}`,
    regions: [region],
    ...(accountId === home.accountId ? {} : { roleArn: `arn:aws:iam::${accountId}:role/pod-identity-gateway` }),
  }));
  writeFileSync(file, JSON.stringify({ ...shipped, accounts: served, clusters: [...clusters, lost] }));
  const inventory = parseInventory(readFileSync(file, 'utf8'));
  const clock = makeClock();
  const world = simulatedWorld(
    { ...inventory, clusters: inventory.clusters.filter(({ clusterName }) => clusterName !== 'lost') },
    home,
    [],
  );
  simulator = await startEksSimulator({ world, clock: clock.now });
  // Roles of other accounts are assumed at the simulator.
  process.env.AWS_ENDPOINT_URL_STS = simulator.url;
  fleet = await startScannedGateway({ simulator, policies, clock });
  for (const { target, state } of written) {
    const { clusterName, namespace, serviceAccount, accountId = home.accountId } = target;
    const { roleArn, tags } = state;
    simulator.control.createAssociation({ accountId, region, clusterName, namespace, serviceAccount, roleArn, tags });
  }
  await fleet.observe();
});

afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL_STS;
  await fleet.close();
  await simulator.close();
  rmSync(policies, { recursive: true });
});

const exported = async (...options: readonly string[]) =>
  fleet.run(['export', '-o', fleet.pathOf('exported.yaml'), ...options], 'pat');

const plannedAgain = async () => {
  const plan = ['plan', '-f', fleet.pathOf('exported.yaml'), '--prune', '--output', 'json'];
  const { code, stdout, stderr } = await fleet.run(plan, 'pat');
  if (stdout === '') throw new Error(stderr);
  return { code, plan: JSON.parse(stdout) as object };
};

const unchanged = { changes: [], denied: [], unchangedCount: written.length, leftOverCount: 0, otherTags: [] };

test('export refuses a fleet with a cluster that is not known, and says how to leave it out', async () => {
  expect(await exported()).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Not known yet, .*111122223333\/eu-central-1\/lost.*--allow-partial/),
  });
});

test('a partial export names what it leaves out, has a binding for each rule, and plans to no change', async () => {
  const { code, stderr } = await exported('--allow-partial');
  expect([code, stderr]).toEqual([0, 'Not known yet, and left out: 111122223333/eu-central-1/lost.\n']);
  const text = fleet.read('exported.yaml');
  expect(text).toMatch(/^# Without these clusters.*\n# 111122223333\/eu-central-1\/lost\n/);
  expect(text.match(/roleArn: .*/g)).toEqual([
    `roleArn: ${role}/{namespace}/api`,
    `roleArn: ${role}/payments/{environment}`,
    `roleArn: ${role}/search/index`,
  ]);
  expect(await plannedAgain()).toMatchObject({ code: 0, plan: unchanged });
});

test('an export with inferred selectors prints what they take, takes no other cluster, and plans to no change', async () => {
  const { code, stderr } = await exported('--allow-partial', '--infer-selectors');
  const names = clusters
    .filter(({ environment }) => environment === 'dev')
    .map((one) => `${one.accountId}/${region}/apps-dev`);
  expect(code).toBe(0);
  expect(stderr).toContain(`{"environment":"dev"} takes ${names.join(', ')}, and every later cluster that matches.`);
  const text = fleet.read('exported.yaml');
  expect(text).toContain('- { environment: dev }');
  expect(text).not.toContain('environment: prod');
  expect(await plannedAgain()).toMatchObject({ code: 0, plan: unchanged });
});

test('an ARN with braces is left out and named', async () => {
  const roleArn = `arn:aws:iam::${home.accountId}:role/{namespace}/a`;
  simulator.control.createAssociation({
    ...home,
    clusterName: 'apps-dev',
    namespace: 'braces',
    serviceAccount: 'a',
    roleArn,
  });
  await fleet.observe();
  const { code, stderr } = await exported('--allow-partial');
  expect([code, stderr]).toEqual([0, expect.stringContaining('/apps-dev/braces/a is left out')]);
  expect(await plannedAgain()).toMatchObject({ code: 0, plan: unchanged });
});
