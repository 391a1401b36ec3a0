// No quick test: it is about programs or packages as they run.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { freePort } from '../../../test/support/free-port.ts';
import { environmentOf, execForm, readDockerfile, runSteps } from './dockerfile.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const dockerfile = 'packages/local-gateway/Dockerfile';
const instructions = readDockerfile(readFileSync(join(root, dockerfile), 'utf8'));
const runtime = ['docker', 'podman'].find((name) => spawnSync(name, ['info']).status === 0);

const world = {
  accountId: '999988887777',
  clusters: ['orders-dev'],
  namespaces: [{ name: 'orders', owners: ['orders-team'], roles: ['orders-api'] }],
  principals: [{ name: 'olga', groups: ['orders-team'] }],
};

/** A container of the image, or its entry point in a folder. */
interface Container {
  /** E.g. `http://127.0.0.1:49153`. */
  readonly url: string;
  /** Runs a command inside. Rejects when it fails. */
  readonly exec: (command: readonly string[]) => Promise<string>;
  /** Sends SIGTERM, and gives the exit code. */
  readonly stop: () => Promise<number | null>;
  /** Ends it, whatever its state, and removes what it left. */
  readonly remove: () => Promise<unknown>;
}

/** Builds the image with a container runtime, and starts it with a published port and a mounted world. */
async function startContainer(program: string, worldFile: string): Promise<Container> {
  const name = `pod-identity-gateway-local-${process.pid}`;
  const call = async (...args: string[]) => (await run(program, args, { cwd: root })).stdout.trim();
  await call('build', ...(program === 'podman' ? ['--format', 'docker'] : []), '-f', dockerfile, '-t', name, '.');
  const settings = ['-p', '127.0.0.1::4000', '-e', 'WORLD_FILE=/world.json', '-v', `${worldFile}:/world.json:ro`];
  await call('run', '-d', '--name', name, ...settings, name);
  return {
    url: `http://${await call('port', name, '4000/tcp')}`,
    exec: (command) => call('exec', name, ...command),
    stop: async () => {
      await call('stop', name);
      return Number(await call('inspect', '--format', '{{.State.ExitCode}}', name));
    },
    remove: () => call('rm', '-f', name),
  };
}

/** Carries out the steps of the Dockerfile in a folder, and starts the entry point there. */
async function startSteps(folder: string, worldFile: string): Promise<Container> {
  const stage = runSteps(instructions, root, folder);
  const [PORT, EKS_SIMULATOR_PORT] = [String(await freePort()), String(await freePort())];
  const env = { ...environmentOf(stage), PORT, EKS_SIMULATOR_PORT, WORLD_FILE: worldFile };
  const cwd = join(stage.root, stage.workdir);
  const [program = '', ...args] = execForm(instructions, 'ENTRYPOINT');
  const child = spawn(program, args, { cwd, env, stdio: 'ignore' });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  return {
    url: `http://127.0.0.1:${PORT}`,
    exec: async ([command = '', ...rest]) => (await run(command, rest, { cwd, env })).stdout.trim(),
    stop: async () => {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
    remove: async () => child.exitCode === null && child.kill('SIGKILL') && (await ended),
  };
}

/** Runs the HEALTHCHECK of the image until it succeeds. */
async function untilHealthy({ exec }: Container): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await exec(execForm(instructions, 'HEALTHCHECK'));
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await sleep(200);
    }
  }
}

describe(`the image, ${runtime === undefined ? 'by its steps because there is no container runtime,' : `built by ${runtime},`}`, () => {
  let folder: string;
  let container: Container;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'image-'));
    const worldFile = join(folder, 'world.json');
    writeFileSync(worldFile, JSON.stringify(world));
    container = await (runtime === undefined ? startSteps(folder, worldFile) : startContainer(runtime, worldFile));
    await untilHealthy(container);
  });

  afterAll(async () => {
    await container.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('serves the mounted world through a published port, with a token that it prints', async () => {
    const token = await container.exec(['node', 'dist/main.js', 'token', 'olga']);
    const input = {
      ...{ clusterName: 'orders-dev', namespace: 'orders', serviceAccount: 'api', clientRequestToken: 'one' },
      roleArn: 'arn:aws:iam::999988887777:role/pods/orders/orders-api',
      tags: [{ key: 'team', value: 'orders' }],
    };
    const response = await fetch(`${container.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        query:
          'mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) { status } }',
        variables: { input },
      }),
    });
    expect(await response.json()).toEqual({ data: { createPodIdentityAssociation: { status: 'SUCCEEDED' } } });
  });

  test('keeps keys, ledger and associations in its volume', async () => {
    const volume = instructions.find(({ name }) => name === 'VOLUME')?.text ?? '';
    const program = 'console.log(require("fs").readdirSync(process.env.LOCAL_FOLDER).join())';
    const files = await container.exec(['node', '-e', program]);
    for (const file of ['aws-secret-access-key', 'eks-simulator.json', 'ledger.sqlite', 'signing-key.json']) {
      expect(files.split(',')).toContain(file);
    }
    expect(instructions.find(({ name }) => name === 'ENV')?.text).toContain(`LOCAL_FOLDER=${volume}`);
  });

  test('runs as a user by number that is not root, with production code only', async () => {
    expect(instructions.findLast(({ name }) => name === 'USER')?.text).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(await container.exec(['node', '-p', 'fs.readdirSync(".").sort().join()'])).toBe(
      'LICENSE,dist,examples,package.json',
    );
    if (runtime !== undefined) expect(await container.exec(['id', '-u'])).not.toBe('0');
  });

  test('ends with code 0 at SIGTERM, and is not healthy then', async () => {
    expect(await container.stop()).toBe(0);
    await expect(container.exec(execForm(instructions, 'HEALTHCHECK'))).rejects.toThrow();
  });
});

test('the commands and the Compose file of the README publish all ports of the image, on loopback only', () => {
  const readme = readFileSync(join(root, 'packages/local-gateway/README.md'), 'utf8');
  const ports = instructions.find(({ name }) => name === 'EXPOSE')?.text.split(' ') ?? [];
  const loopback = ports.map((port) => `127.0.0.1:${port}:${port}`);
  expect([...readme.matchAll(/-p (\S+)/g)].map(([, port]) => port)).toEqual(loopback);
  const [, compose = ''] = /```yaml\n(services:[^]*?)```/.exec(readme) ?? [];
  const { services } = parse(compose) as { services: Record<string, { ports?: string[] }> };
  expect(services.gateway?.ports).toEqual(loopback);
  expect(services.tests?.ports).toBeUndefined();
});

test.each(['ADD https://example.com/x /x', 'SHELL ["bash"]', 'LABEL a=b'])(
  'a Dockerfile with an instruction that the steps do not carry out is refused: %s',
  (line) => expect(() => readDockerfile(`FROM node:24-slim\n${line}`)).toThrow(line),
);
