import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFleet } from './observed-fleet.ts';
import { runOperator } from './run-operator.ts';

const world = {
  clusters: ['apps-dev'],
  namespaces: [{ name: 'payments', owners: ['world-team'], roles: ['api'] }],
};

let fleet: Awaited<ReturnType<typeof openFleet>>;
let file: string;
beforeEach(async () => {
  fleet = await openFleet();
  file = join(fleet.folder, 'world.json');
  writeFileSync(file, JSON.stringify(world));
  await fleet.gateway.create();
  await fleet.scanAll();
});
afterEach(() => fleet.close());

const run = (...words: readonly string[]) => runOperator(words, { LEDGER_FILE: fleet.file, WORLD_FILE: file });
const shippedInventory = () => join(fleet.folder, 'inventory.json');

test('an access review has the owners of the world file, unless it is given an inventory', async () => {
  expect(await run('access-review', '--owner', 'world-team')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('world-team: associations 1') as string,
  });
  const { stdout } = await run('access-review', '--owner', 'payments-team', '--inventory', shippedInventory());
  expect(stdout).toContain('payments-team: associations 1');
});

test('the impact of policies and a replay are judged with the inventory of the world file', async () => {
  const impact = await run('policies', 'impact', fleet.folder, '--since', '2020-01-01T00:00:00Z');
  const [, judged, compared] = /, inventory (\w+), compared with .*, inventory (\w+)/.exec(impact.stdout) ?? [];
  expect(judged).toBeDefined();
  expect(compared).toBe(judged);
  expect(impact.stdout).toContain('1 now denied');
  const replay = ['policies', 'replay', '--since', '2020-01-01T00:00:00Z', '--policies', fleet.folder];
  expect((await run(...replay)).stdout).toContain('1 now denied');
  expect((await run(...replay, '--inventory', shippedInventory())).stdout).toContain('0 now denied');
});

test('a lock of a cluster is in the account and region of the world file', async () => {
  writeFileSync(file, JSON.stringify({ ...world, accountId: '999988887777', region: 'eu-west-1' }));
  const { stdout } = await run('lock', '--cluster', 'apps-dev', '--reason', 'test');
  expect(stdout).toContain('999988887777/eu-west-1/apps-dev');
});

test('a world file that cannot be read, and one that is not valid, are reported', async () => {
  const missing = await runOperator(['access-review'], { LEDGER_FILE: fleet.file, WORLD_FILE: `${file}-missing` });
  expect(missing.stderr).toMatch(/^WORLD_FILE is .*world.json-missing, which can't be read: .*ENOENT/);
  writeFileSync(file, '{"clusters":[]}');
  const invalid = await run('access-review');
  expect(invalid).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('- clusters: is empty; write the name of a cluster.') as string,
  });
});

test('a deployment has no world file', async () => {
  const env = { LEDGER: 'dynamodb', AWS_REGION: 'eu-central-1', WORLD_FILE: `${file}-missing` };
  const { stderr } = await runOperator(['access-review'], env);
  expect(stderr).not.toContain('WORLD_FILE');
});
