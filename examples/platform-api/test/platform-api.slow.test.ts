// No quick test: it is about programs or packages as they run.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectReadmeOutputs } from '../../../test/support/installed-package.ts';
import { freePort } from '../../../test/support/free-port.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import { startServerProcess } from '../../../test/support/server-process.ts';
import { isAllowed } from '../../../test/support/simulate.ts';
import {
  as,
  clear,
  clone,
  creates,
  example,
  failing,
  openPlatforms,
  order,
  orderUntilDone,
  route,
  simulator,
  startPlatform,
} from './platforms.ts';

openPlatforms();

/** The first Python with botocore: that of the PATH, or that of the system. */
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import botocore']).status === 0,
);
const missing = python === undefined ? 'no python3 has botocore (Debian: apt-get install python3-botocore)' : null;
const platforms = [
  ['Node.js', 'apps-dev', [process.execPath, 'examples/platform-api/node/server.ts'], null],
  ['Python', 'apps-prod', [python ?? '', 'examples/platform-api/python/server.py'], missing],
] as const;

for (const [language, cluster, command, lacks] of platforms) {
  describeUnless(lacks)(`the platform in ${language}`, () => {
    let platform: Awaited<ReturnType<typeof startPlatform>>;
    const id = (number: number) => `${language}-${number}`;
    beforeAll(async () => (platform = await startPlatform(command)));
    beforeEach(async () => {
      route.seen.length = 0;
      await clear();
    });
    afterAll(() => platform.stop());

    test('binds the role once, on behalf of the person, also if answers are lost and the order is repeated', async () => {
      route.faults.push(
        'lost',
        { status: 503, body: '<html>' },
        failing('NEW', { retryable: true, retryAfterSeconds: 0 }),
      );
      const bound = await orderUntilDone(platform.url, id(1), { cluster });
      expect(bound).toMatchObject({ status: 200, state: 'bound', associationId: expect.stringMatching(/^a-/) });
      expect(route.faults).toEqual([]);
      const again = await order(platform.url, id(1), { cluster });
      expect(again).toMatchObject({ status: 200, associationId: bound.associationId, replayed: true });
      expect(await creates()).toEqual(['succeeded']);
      expect(route.seen.every(({ path }) => path === '/iam/graphql')).toBe(true);

      const scope = `{ operationId: "${String(bound.operationId)}" }`;
      const fields = 'nodes { event onBehalfOf reason principal { principalId } }';
      const { auditTrail } = await as<{ auditTrail: { nodes: object[] } }>(
        ...['alice', 'payments-team', `{ auditTrail(scope: ${scope}, events: [SUCCEEDED], first: 5) { ${fields} } }`],
      );
      const principal = { principalId: 'iam:111122223333:role/developer-platform' };
      expect(auditTrail.nodes).toEqual([
        { event: 'SUCCEEDED', onBehalfOf: 'alice@example.com', reason: `Order ${id(1)}`, principal },
      ]);
    });

    test('passes a denial on with its rule, advice and owners', async () => {
      const denied = await order(platform.url, id(2), { cluster, namespace: 'search' });
      expect(denied).toMatchObject({ status: 422, state: 'refused', code: 'POLICY_DENIED', owners: ['search-team'] });
      expect(denied.reasons).toEqual([expect.objectContaining({ policyId: 'default-deny' })]);
      expect(String(denied.advice)).toContain('search-team');
      expect(await creates()).toEqual([]);
    });

    test('refuses another order under the same id, an unknown person, and what is not an order', async () => {
      const other = await order(platform.url, id(1), { cluster, team: 'other' });
      expect(other).toMatchObject({ status: 422, code: 'TOKEN_REUSED_WITH_DIFFERENT_INPUT' });
      const unknown = await order(platform.url, id(3), { cluster, person: 'mallory@example.com' });
      expect(unknown.reasons).toContainEqual(expect.objectContaining({ policyId: 'on-behalf-of-is-known' }));
      expect(await order(platform.url, id(3), { cluster, person: '' })).toMatchObject({ status: 401 });
      expect(await order(platform.url, 'a/b')).toMatchObject({ status: 404 });
      expect(await order(platform.url, id(3), { cluster, team: '' })).toMatchObject({
        status: 400,
        message: 'The order lacks team.',
      });
      const long = await order(platform.url, id(3), { cluster, team: 'x'.repeat(20_000) });
      expect(long).toMatchObject({ status: 413, message: 'An order has at most 10000 bytes.' });
    });

    test('answers in time, and follows an operation in progress to its end', async () => {
      const fault = { operation: 'CreatePodIdentityAssociation', kind: 'late-effect', delayMs: 1_500 };
      await simulator('faults', { method: 'POST', body: JSON.stringify(fault) });
      const ordered = { cluster, namespace: 'search', person: 'bob@example.com' };
      const first = await order(platform.url, id(4), ordered);
      expect(first).toMatchObject({ status: 202, state: 'in progress', retryAfter: expect.stringMatching(/^\d+$/) });
      const ended = () => platform.lines.find((line) => line.includes(id(4)) && line.includes('bound'));
      while (ended() === undefined) await once(platform.output, 'line');
      expect(await order(platform.url, id(4), ordered)).toMatchObject({ status: 200, state: 'bound', replayed: true });
      expect(await creates()).toEqual(['succeeded']);
    });

    test('says in progress with the code of the last refusal, while that can pass', async () => {
      const fault = { operation: 'CreatePodIdentityAssociation', kind: 'throttle', times: 4 };
      await simulator('faults', { method: 'POST', body: JSON.stringify(fault) });
      const ordered = { cluster, namespace: 'search', person: 'bob@example.com' };
      expect(await order(platform.url, id(6), ordered)).toMatchObject({ state: 'in progress', reason: 'THROTTLED' });
      // The test before has made this association.
      expect(await orderUntilDone(platform.url, id(6), ordered)).toMatchObject({ code: 'ASSOCIATION_ALREADY_EXISTS' });
    });

    test('hands an approval over to its approvers without waiting for it, and binds the role once they have approved', async () => {
      const ordered = { cluster: 'apps-prod', namespace: 'kube-system', person: 'sasha@example.com', team: language };
      const held = await order(platform.url, id(5), ordered);
      const approvers = [{ group: 'platform-admins', count: 2 }];
      expect(held).toMatchObject({ status: 202, state: 'needs approval', approvers, retryAfter: expect.any(String) });
      const vote = `mutation { approve(input: { approvalId: "${String(held.approvalId)}" }) { approval { state } } }`;
      const [first, second] = [await as('kim', 'platform-admins', vote), await as('pat', 'platform-admins', vote)];
      expect([first, second]).toMatchObject([
        { approve: { approval: { state: 'PENDING' } } },
        { approve: { approval: { state: 'APPROVED' } } },
      ]);
      const bound = await order(platform.url, id(5), ordered);
      expect(bound).toMatchObject({ status: 200, state: 'bound' });
      // The platform in the other language orders the same.
      await simulator(`associations/${String(bound.associationId)}`, { method: 'DELETE' });
    });

    test('says that a result is unknown, which the same order finds out', async () => {
      route.faults.push(failing('INTERNAL_SERVER_ERROR', { retryable: false }));
      const [unknown, failed] = [
        await order(platform.url, id(1), { cluster }),
        failing('FORBIDDEN', { retryable: false }),
      ];
      expect(unknown).toMatchObject({ status: 503, state: 'unknown', requestId: 'r-1', retryAfter: '5' });
      expect(await order(platform.url, id(1), { cluster })).toMatchObject({ status: 200, replayed: true });
      route.faults.push(failed, { status: 403, body: '{"message":"Forbidden"}' });
      expect(await order(platform.url, id(1))).toMatchObject({ status: 502, state: 'failed', code: 'FORBIDDEN' });
      expect(await order(platform.url, id(1))).toMatchObject({ status: 502, state: 'failed', code: 'HTTP_403' });
    });
  });
}

test('the IAM policy permits the signed route and nothing else', async () => {
  const policy = JSON.parse(readFileSync(join(example, 'iam-policy.json'), 'utf8')) as object;
  const platform = { arn: 'arn:aws:iam::111122223333:role/developer-platform', policies: [policy] };
  const may = (path: string) =>
    isAllowed(platform, {
      action: 'execute-api:Invoke',
      resource: `arn:aws:execute-api:eu-central-1:111122223333:API-ID/$default/${path}`,
    });
  expect([await may('POST/iam/graphql'), await may('POST/graphql'), await may('GET/iam/graphql')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('the commands of the README print what it shows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'platform-readme-'));
  const world = { LOCAL_FOLDER: folder, WORLD_FILE: join(example, 'world.json') };
  const own = await startServerProcess(world);
  const port = String(await freePort());
  await expectReadmeOutputs(join(example, 'README.md'), {
    start: 'WORLD_FILE=examples/platform-api/world.json npm start\n',
    cwd: clone.folder,
    env: { ...world, PORT: port },
    replacements: [
      ['/tmp/', `${folder}/`],
      ['.local/', `${folder}/`],
      ['http://127.0.0.1:4000', own.url.replace(/\/graphql$/, '')],
      ['8080', port],
    ],
  });
  await own.stop();
  rmSync(folder, { recursive: true });
});
