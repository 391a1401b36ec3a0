import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startEksSimulator } from '../src/simulator.ts';
import { clientOf, failure, policy, roleArn, simulate, some, targetRoleArn } from './simulation.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eks-simulator-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a restarted simulator has its associations', async () => {
  const stateFile = join(folder, 'new', 'eks.json');
  const first = await startEksSimulator({ stateFile });
  const client = clientOf(first);
  const kept = await client.create({ tags: { team: 'payments' } });
  const dropped = await client.create({ namespace: 'search' });
  first.control.deleteAssociation(some(dropped.associationId));
  await first.close();

  const second = await simulate({ stateFile });
  expect((await clientOf(second).list()).names).toEqual(['payments/payments-api']);
  expect(await clientOf(second).describe(some(kept.associationId))).toEqual(kept);
  expect((await failure(clientOf(second).create())).status).toBe(409);
  expect(readdirSync(dirname(stateFile))).toEqual(['eks.json', 'eks.json.lock']);
});

test('a restarted simulator has changed associations, visible at once', async () => {
  const stateFile = join(folder, 'eks.json');
  const first = await startEksSimulator({ stateFile, deleteLagMs: 60_000 });
  const client = clientOf(first);
  const { associationArn, associationId } = await client.create({ tags: { stage: 'dev' } });
  const dropped = await client.create({ namespace: 'search' });
  first.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'lag', delayMs: 60_000 });
  const updated = await client.update(some(associationId), { disableSessionTags: true, targetRoleArn, policy });
  await client.tag(some(associationArn), { team: 'payments' });
  await client.untag(some(associationArn), ['stage']);
  await client.remove(some(dropped.associationId));
  expect((await client.list()).names).toHaveLength(2);
  await first.close();

  const second = clientOf(await simulate({ stateFile, deleteLagMs: 60_000 }));
  expect((await second.list()).names).toEqual(['payments/payments-api']);
  expect(await second.describe(some(associationId))).toEqual({ ...updated, tags: { team: 'payments' } });
});

test('a create, change or deletion that cannot be written to the state file has no effect', async () => {
  const stateFile = join(folder, 'eks.json');
  const simulator = await simulate({ stateFile });
  const client = clientOf(simulator);
  const { associationArn, associationId } = await client.create();
  const before = simulator.control.associations();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file in the way');
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const calls = [
    client.create({ namespace: 'search' }),
    client.update(some(associationId), { disableSessionTags: true }),
    client.remove(some(associationId)),
    client.tag(some(associationArn), { team: 'payments' }),
  ];
  expect((await Promise.all(calls.map(failure))).map(({ status }) => status)).toEqual([500, 500, 500, 500]);
  expect(log).toHaveBeenCalledTimes(4);
  log.mockRestore();
  expect(simulator.control.associations()).toEqual(before);
  expect((await client.describe(some(associationId))).disableSessionTags).toBe(false);
});

test('a state file may have an association whose id begins with another letter', async () => {
  const stateFile = join(folder, 'eks.json');
  writeFileSync(stateFile, stateWith({ associationId: 'c-abcdefghijklmnop1' }));
  const client = clientOf(await simulate({ stateFile }));
  expect((await client.describe('c-abcdefghijklmnop1')).namespace).toBe('a');
});

test('associations end with the process without a state file', async () => {
  const first = await startEksSimulator();
  await clientOf(first).create();
  await first.close();
  expect((await simulate()).control.associations()).toEqual([]);
});

test.each([
  ['invalid JSON', '{', 'eks.json is not JSON'],
  ['another version', '{"version":2,"associations":[]}', 'eks.json.version must be 1'],
  ['associations that are missing', '{"version":1}', 'associations must be a JSON array'],
  ['a wrong id', stateWith({ associationId: 'x' }), 'associations.0.associationId must be an association id'],
  ['a missing field', stateWith({ namespace: null }), 'associations.0.namespace is missing'],
  ['a time that is not a number', stateWith({ createdAt: 'now' }), 'associations.0.createdAt must be a number'],
])('does not start from a state file with %s', async (_, text, words) => {
  const stateFile = join(folder, 'eks.json');
  writeFileSync(stateFile, text);
  await expect(startEksSimulator({ stateFile })).rejects.toThrow(words);
  expect(readFileSync(stateFile, 'utf8')).toBe(text);
});

function stateWith(change: Record<string, unknown>): string {
  const association = {
    ...{
      accountId: '111122223333',
      region: 'eu-central-1',
      clusterName: 'apps-dev',
      namespace: 'a',
      serviceAccount: 'b',
    },
    ...{ roleArn, associationArn: 'arn', associationId: 'a-abcdefghijklmnop1', tags: {}, createdAt: 1, modifiedAt: 1 },
    ...{ disableSessionTags: false, visibleFrom: 1 },
    ...change,
  };
  return JSON.stringify({ version: 1, associations: [association] });
}
