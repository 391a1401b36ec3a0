// Quick test: packages/controller/test/controller.test.ts.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../../client/src/client/auth.ts';
import { makeGatewayClient } from '../../client/src/client/client.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { testUnless } from '../../../test/support/requires.ts';
import { bindings } from './api-server/kinds.ts';
import { bindingIn, change, conditionsIn, declare, eventually, messageIn } from './support.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'controller-'));
let world: World;

beforeAll(async () => {
  world = await startWorld();
  closeAtEnd(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });
});

/** Starts a controller as a process, as in a pod. */
function start(name: string): ChildProcess {
  const file = join(folder, 'token');
  writeFileSync(file, 'controller\n');
  const env = {
    ...{ POD_NAME: name, POD_NAMESPACE: 'pod-identity-system', CLUSTER_NAME: 'apps-dev', PORT: '0' },
    ...{
      KUBERNETES_API_URL: world.cluster.url,
      KUBERNETES_TOKEN_FILE: file,
      POD_IDENTITY_ENDPOINT_URL: world.route.url,
    },
    ...{ LEASE_SECONDS: '2', RESYNC_SECONDS: '2', MAX_RETRY_SECONDS: '1', WATCH_PODS: 'false' },
  };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  closeAtEnd(async () => void child.kill('SIGKILL'));
  return child;
}

const ended = async (child: ChildProcess) =>
  (child.exitCode ?? child.signalCode === null) ? ((await once(child, 'exit')) as [number | null])[0] : null;
const associations = () =>
  world
    .eks()
    .associations()
    .filter(({ namespace }) => namespace === 'payments');
const ready = (name: string) => conditionsIn(world.cluster, 'payments', name)[0] === 'Ready=True:Bound';

test('forty desired changes, with kills, lost answers, two controllers and changes of others, have one effect each', async () => {
  let controllers = [start('one'), start('two')];
  const names = Array.from({ length: 20 }, (_, index) => `app-${index}`);
  const lose = () => world.route.faults.push('lost answer', 'lost request');
  let next = 3;
  for (const [index, name] of names.entries()) {
    declare(world.cluster, 'payments', name, { tags: { team: 'payments', version: '1' } });
    if (index % 4 === 1) lose();
    if (index % 5 === 2) world.cluster.cutWatches();
    if (index % 10 === 3) {
      await sleep(300);
      // Whichever leads: the other one, or a new one, goes on.
      const [killed, ...left] = controllers;
      killed?.kill('SIGKILL');
      controllers = [...left, start(`number-${next}`)];
      next += 1;
    }
  }
  await eventually(() => expect(names.filter((name) => !ready(name))).toEqual([]), 60_000);
  expect(associations()).toHaveLength(20);
  // Others change and delete associations at EKS, and another door wants something else for one.
  const byName = (name: string) =>
    associations().find(({ serviceAccount }) => serviceAccount === name)?.associationId ?? '';
  world.eks().deleteAssociation(byName('app-0'));
  world.eks().updateAssociation(byName('app-1'), { tags: { team: 'others' } });
  // Until then, the gateway takes what EKS does not show for a list that lags.
  await world.gateway.clock.advance(120_000);
  const other = makeGatewayClient({
    url: world.gateway.url,
    authentication: bearer(await world.gateway.token('alice')),
  });
  const { roleArn = '' } = associations()[2] ?? {};
  const wish = {
    clusterName: 'apps-dev',
    namespace: 'payments',
    serviceAccount: 'app-2',
    roleArn,
    tags: [{ key: 'team', value: 'payments' }],
  };
  const refused = await other.ensurePodIdentityAssociation({ ...wish, declaration: 'another-door' });
  expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'DECLARED_ELSEWHERE' } });
  for (const [index, name] of names.entries()) {
    if (index < 10) change(world.cluster, 'payments', name, { tags: { team: 'payments', version: '2' } });
    else world.cluster.store.remove(bindings, 'payments', name);
    if (index % 4 === 1) lose();
    if (index === 7) controllers.shift()?.kill('SIGKILL');
  }
  controllers.push(start('last'));
  const left = names.slice(0, 10);
  await eventually(() => {
    expect(left.flatMap((name) => (ready(name) ? [] : [messageIn(world.cluster, 'payments', name)]))).toEqual([]);
    expect(
      associations()
        .map(({ serviceAccount, tags }) => [serviceAccount, tags.version])
        .sort(),
    ).toEqual(left.map((name) => [name, '2']));
    expect(names.flatMap((name) => (bindingIn(world.cluster, 'payments', name) ? [name] : []))).toEqual(left);
  }, 60_000);
  // One effect each: nobody has created or deleted one twice, and nothing more happens.
  const done = (operation: 'CreatePodIdentityAssociation' | 'DeletePodIdentityAssociation') =>
    world
      .eks()
      .requests(operation)
      .filter(({ outcome }) => outcome === 'succeeded').length;
  expect([done('CreatePodIdentityAssociation'), done('DeletePodIdentityAssociation')]).toEqual([21, 10]);
  const changes = () =>
    world
      .eks()
      .requests()
      .filter(({ operation }) => /^(Create|Update|Delete|Tag|Untag)/.test(operation ?? '')).length;
  const before = changes();
  await sleep(3_000);
  expect(changes()).toBe(before);
  for (const child of controllers) child.kill('SIGTERM');
  expect(await Promise.all(controllers.map(ended))).toEqual(controllers.map(() => 0));
}, 180_000);

test('a controller without settings names all that are missing', () => {
  const { status, stdout } = spawnSync(process.execPath, [main], { env: {}, encoding: 'utf8' });
  expect(status).toBe(1);
  for (const name of ['POD_IDENTITY_ENDPOINT_URL', 'CLUSTER_NAME', 'KUBERNETES_API_URL', 'POD_NAME'])
    expect(stdout).toContain(name);
});

const missing = spawnSync('kubectl', ['version', '--client']).status === 0 ? null : 'it needs kubectl';

testUnless(missing)(
  'kubectl applies, prints, describes, annotates and deletes a resource',
  async () => {
    const controller = start('kubectl');
    const user = { name: 'admin', user: { token: 'admin' } };
    const config = {
      ...{ kind: 'Config', apiVersion: 'v1', 'current-context': 'test', users: [user] },
      clusters: [{ name: 'test', cluster: { server: world.cluster.url } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin', namespace: 'search' } }],
    };
    writeFileSync(join(folder, 'config'), JSON.stringify(config));
    const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, 'config') };
    const kubectl = async (args: readonly string[], input = '') => {
      const child = spawn('kubectl', args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
      child.stdin.end(input);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      return { code, output };
    };
    const manifest = {
      apiVersion: 'podidentity.gateway.internal/v1alpha1',
      kind: 'PodIdentityBinding',
      metadata: { name: 'api' },
      spec: {
        serviceAccount: 'api',
        roleArn: 'arn:aws:iam::111122223333:role/pods/search/search-api',
        tags: { team: 'search' },
      },
    };
    const apply = (spec: object) =>
      kubectl(['apply', '--validate=false', '-f', '-'], JSON.stringify({ ...manifest, spec }));
    expect(await apply({ ...manifest.spec, deletionPolicy: 'Never' })).toMatchObject({
      code: 1,
      output: expect.stringContaining('deletionPolicy'),
    });
    expect(await apply(manifest.spec)).toMatchObject({ code: 0 });
    expect(await kubectl(['wait', '--for=condition=Ready', 'pib/api', '--timeout=20s'])).toMatchObject({ code: 0 });
    const { output } = await kubectl(['get', 'pib', '-o', 'wide']);
    expect(output).toMatch(
      /NAME +READY +REASON +INJECTED +ROLE +AGE\napi +True +Bound +arn:aws:iam::111122223333:role\/pods\/search\/search-api/,
    );
    const told = /Reason: +Bound[^]*Events:[^]*Normal +Bound[^]*pod-identity-controller/;
    await eventually(async () => expect((await kubectl(['describe', 'pib', 'api'])).output).toMatch(told));
    expect(await kubectl(['annotate', 'pib/api', 'podidentity.gateway.internal/retry=1'])).toMatchObject({ code: 0 });
    await eventually(() => expect(bindingIn(world.cluster, 'search', 'api')?.status.observedRetry).toBe('1'));
    expect(await kubectl(['delete', 'pib', 'api', '--timeout=20s'])).toMatchObject({ code: 0 });
    expect((await kubectl(['get', 'pib'])).output).toContain('No resources found');
    expect(
      world
        .eks()
        .associations()
        .filter(({ namespace }) => namespace === 'search'),
    ).toEqual([]);
    controller.kill('SIGTERM');
    expect(await ended(controller)).toBe(0);
  },
  60_000,
);
