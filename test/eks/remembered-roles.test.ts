import { startEksSimulator, readWorld } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';
import { makeEksFor } from '../../src/eks/eks-for.ts';
import { rememberRoles, roleMs } from '../../src/eks/remembered-roles.ts';

const home = { accountId: '111122223333', regions: ['eu-central-1'], roleArn: null, readRoleArn: null };
const cluster = { accountId: home.accountId, region: 'eu-central-1', clusterName: 'apps-dev' };
const roleArn = `arn:aws:iam::${home.accountId}:role/pods/remembered`;
const trustPolicy = { Statement: [] };

let simulator: EksSimulator;
let now: number;

beforeEach(async () => {
  simulator = await startEksSimulator({ world: readWorld() });
  now = Date.now();
});

afterEach(() => simulator.close());

function openEks() {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const settings = {
    accounts: [home],
    home: { accountId: home.accountId, region: 'eu-central-1' },
    access: 'change' as const,
    executorRoleArn: null,
    endpoint: simulator.url,
    credentials,
  };
  return rememberRoles(makeEksFor({ ...settings, clock: Date.now }), () => now);
}

const bounds = () => ({ deadline: Date.now() + 5_000 });
const calls = () => simulator.control.requests('GetRole').length;
const teamOf = async (eksFor: ReturnType<typeof openEks>, arn = roleArn) => {
  const read = await eksFor(cluster).readRole(arn, bounds());
  return read.kind === 'found' ? (read.tags[0]?.value ?? null) : read.kind;
};

test('reads a role once in ten seconds, for all clusters', async () => {
  const eksFor = openEks();
  simulator.control.addRole({ arn: roleArn, trustPolicy, tags: { team: 'a' } });
  expect(await teamOf(eksFor)).toBe('a');
  simulator.control.addRole({ arn: roleArn, trustPolicy, tags: { team: 'b' } });
  now += roleMs - 1;
  expect(await eksFor({ ...cluster, clusterName: 'apps-prod' }).readRole(roleArn, bounds())).toMatchObject({
    tags: [{ key: 'team', value: 'a' }],
  });
  expect(calls()).toBe(1);
  now += 1;
  expect(await teamOf(eksFor)).toBe('b');
  expect(calls()).toBe(2);
});

test('reads a role again that was absent or could not be read', async () => {
  const eksFor = openEks();
  expect(await teamOf(eksFor)).toBe('absent');
  simulator.control.addFault({ operation: 'GetRole', kind: 'access-denied' });
  expect(await teamOf(eksFor)).toBe('failed');
  simulator.control.addRole({ arn: roleArn, trustPolicy, tags: { team: 'a' } });
  expect(await teamOf(eksFor)).toBe('a');
});

test('forgets the oldest of more than 200 roles', async () => {
  const eksFor = openEks();
  const arns = Array.from({ length: 201 }, (_, index) => `${roleArn}-${index}`);
  for (const arn of arns) simulator.control.addRole({ arn, trustPolicy });
  for (const arn of arns) await teamOf(eksFor, arn);
  expect(calls()).toBe(201);
  await teamOf(eksFor, arns[200]);
  await teamOf(eksFor, arns[1]);
  expect(calls()).toBe(201);
  await teamOf(eksFor, arns[0]);
  expect(calls()).toBe(202);
});
