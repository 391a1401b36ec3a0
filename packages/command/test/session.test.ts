import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, openGateway } from '../src/index.ts';
import { LostAnswerError } from '../../client/src/index.ts';
import { gateway, openFaultyRoute, route } from '../../client/test/gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';
import type { Terminal } from './run-on-gateway.ts';

openFaultyRoute();

const open = (environment: Readonly<Record<string, string>>, sessionLimitMs = 60_000) =>
  openGateway({
    environment: { AWS_CONFIG_FILE: '/dev/null', XDG_CONFIG_HOME: '/dev/null', ...environment },
    writeError: () => undefined,
    version: 'a program',
    sessionLimitMs,
  });

test('a program opens the gateway with the settings of the command', async () => {
  const token = await gateway.tokenOf('alice');
  const { client, url } = await open({
    POD_IDENTITY_ENDPOINT_URL: `${route.url}/graphql`,
    POD_IDENTITY_TOKEN: token,
    POD_IDENTITY_TOKEN_FILE: '/nowhere',
  });
  expect(await client.viewer()).toMatchObject({ id: 'https://issuer.example#alice' });
  expect(url).toBe(route.url);
  expect(route.seen[0]?.headers).toMatchObject({ authorization: `Bearer ${token}`, 'user-agent': 'a program' });
});

test('a program gets the error of a setting that is missing', async () => {
  await expect(open({})).rejects.toThrow(ConfigurationError);
  const { client } = await open({ POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN_FILE: '/nowhere' });
  await expect(client.viewer()).rejects.toThrow('The file /nowhere of POD_IDENTITY_TOKEN_FILE does not exist.');
  expect(route.seen).toEqual([]);
});

test('a program limits the time for retries', async () => {
  const settings = { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf('alice') };
  const { client } = await open(settings, 0);
  route.faults.push('lost answer');
  await expect(client.viewer()).rejects.toThrow(LostAnswerError);
  expect(route.seen).toHaveLength(1);
});

const folder = mkdtempSync(join(tmpdir(), 'token-file-'));
const file = join(folder, 'token');
afterAll(() => rmSync(folder, { recursive: true }));

const whoami = (environment: Readonly<Record<string, string>> = {}, terminal: Terminal = {}, ...options: string[]) =>
  runOnGateway(['whoami', '--query', 'principal.id', '--output', 'text', ...options], {
    environment: { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN_FILE: file, ...environment },
    ...terminal,
  });

const [alice, bob] = ['alice', 'bob'].map((name) => `https://issuer.example#${name}\n`);

test('the token in POD_IDENTITY_TOKEN_FILE is read again for each request', async () => {
  writeFileSync(file, `${await gateway.tokenOf('alice')}\n`);
  expect(await whoami()).toMatchObject({ code: 0, stdout: alice });
  // As the kubelet does: a link that points to a new folder.
  rmSync(file);
  writeFileSync(join(folder, 'next'), await gateway.tokenOf('bob'));
  writeFileSync(file, 'e30.e30.e30');
  const onError = (text: string) => {
    if (!text.startsWith('Attempt 2')) return;
    rmSync(file);
    symlinkSync(join(folder, 'next'), file);
  };
  route.faults.push('lost answer');
  expect(await whoami({}, { onError })).toMatchObject({ code: 0, stdout: bob });
});

test('an explicit token or profile comes before POD_IDENTITY_TOKEN_FILE', async () => {
  writeFileSync(file, await gateway.tokenOf('bob'));
  expect(await whoami({ POD_IDENTITY_TOKEN: await gateway.tokenOf('alice') })).toMatchObject({ stdout: alice });
  expect(await whoami({}, {}, '--token', await gateway.tokenOf('alice'))).toMatchObject({ stdout: alice });
  const configFile = join(folder, 'config');
  writeFileSync(configFile, '[profile other]\nregion = eu-central-1\n');
  const signed = await whoami({ AWS_CONFIG_FILE: configFile }, {}, '--profile', 'other');
  expect(signed.stderr).toContain('Unable to locate credentials');
});

test.each<readonly [string, string | null, string]>([
  ['does not exist', null, 'does not exist'],
  ['is empty', ' \n', 'is empty'],
  ['does not contain a JWT', 'the secret', 'does not contain a JWT'],
  ['is a folder', 'folder', 'is a folder'],
])('a token file that %s is named, not shown, and nothing is sent', async (_name, content, reason) => {
  const path = content === 'folder' ? folder : join(folder, 'broken');
  rmSync(join(folder, 'broken'), { force: true });
  if (content !== null && content !== 'folder') writeFileSync(path, content);
  const { code, stderr } = await whoami({ POD_IDENTITY_TOKEN_FILE: path });
  expect(code).toBe(253);
  expect(stderr).toContain(`The file ${path} of POD_IDENTITY_TOKEN_FILE ${reason}.`);
  expect(stderr).not.toContain('the secret');
  expect(route.seen).toEqual([]);
});
