// No quick test: it is about programs or packages as they run.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SignJWT } from 'jose';
import { parse } from 'yaml';
import { parseIssuers } from '../../../src/app/issuers.ts';
import type { Inventory } from '../../../src/policy/inventory/inventory.ts';
import { loadSigningKey } from '../../local-gateway/src/keys.ts';
import type { SigningKey } from '../../local-gateway/src/keys.ts';
import type { Gateway } from '../../../test/support/gateway.ts';
import { optionNameOf } from '../src/aws/options.ts';
import { loginCommands } from '../src/login-commands.ts';
import { startGateway } from '../../client/test/gateway.ts';
import { runScript as runAsGitHub, startRunner } from './github-runner.ts';
import type { Workflow } from './github-runner.ts';
import { browse, startIdentityProvider } from './identity-provider/identity-provider.ts';
import { installPackages } from '../../../test/support/installed-package.ts';
import type { Consumer } from '../../../test/support/installed-package.ts';

/** The parts of a manifest of a pod that the page has. */
interface Pod {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly containers: readonly {
      readonly env: readonly { readonly name: string; readonly value: string }[];
      readonly volumeMounts: readonly { readonly mountPath: string }[];
    }[];
    readonly volumes: readonly {
      readonly projected: {
        readonly sources: readonly {
          readonly serviceAccountToken: { readonly path: string; readonly audience: string };
        }[];
      };
    }[];
  };
}

const repository = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'signing-in-'));
const github = 'https://token.actions.githubusercontent.com';

let page: string;
let key: SigningKey;
let consumer: Consumer;
let gateway: Gateway;

const blockOf = (language: string, number: number) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))][number]?.[1] ?? '';
const inventory = () => JSON.parse(blockOf('json', 1)) as Pick<Inventory, 'services' | 'people'>;

beforeAll(async () => {
  const [provider, installed] = await Promise.all([
    startIdentityProvider(),
    installPackages(join(tmpdir(), 'pod-identity-command'), ['pod-identity-command']),
  ]);
  consumer = installed;
  key = await loadSigningKey(folder);
  page = readFileSync(join(repository, 'docs/authentication.md'), 'utf8').replaceAll(
    'https://login.example',
    provider.issuer,
  );
  const issuers = parseIssuers(blockOf('json', 0)).map(({ issuer, audiences }) => ({
    issuer,
    audiences,
    keys: issuer === provider.issuer ? new URL(`${issuer}/jwks`) : key.publicKeys,
  }));
  const policies = join(folder, 'policies');
  cpSync(join(repository, 'policies'), policies, { recursive: true });
  const shipped = JSON.parse(readFileSync(join(policies, 'inventory.json'), 'utf8')) as Inventory;
  writeFileSync(join(policies, 'inventory.json'), JSON.stringify({ ...shipped, ...inventory() }));
  gateway = await startGateway({ issuers, policies });
  page = page.replaceAll('https://abc.execute-api.eu-central-1.amazonaws.com', gateway.url);
});

afterAll(async () => {
  await gateway.close();
  consumer.remove();
  rmSync(folder, { recursive: true });
});

const environment = () => ({
  PATH: `${dirname(consumer.bin)}:${process.env.PATH ?? ''}`,
  HOME: folder,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** Runs a script as GitHub does, and signs in at the URLs that it prints. Rejects if it fails. */
function runScript(script: string, env: Readonly<Record<string, string>>): Promise<string> {
  const onError = (text: string) => {
    const url = /http:\S+[?&]state=\S+/.exec(text)?.[0];
    if (url !== undefined) void browse(url);
  };
  return runAsGitHub(script, { cwd: folder, env: { ...environment(), ...env }, onError });
}

function tokenOf(issuer: string, audience: string, subject: string): Promise<string> {
  const jwt = new SignJWT({}).setProtectedHeader({ alg: 'RS256', kid: key.kid }).setIssuer(issuer);
  return jwt
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime('5 minutes')
    .sign(key.privateKey);
}

test('the page lists the options of login', () => {
  const listed = [...page.matchAll(/^- `--([a-z-]+)`: /gm)].map(([, name]) => name);
  const [login] = loginCommands;
  const options = login?.parameters.filter(({ type }) => type !== 'boolean').map(({ name }) => optionNameOf(name));
  expect(listed).toEqual(options);
});

test('the commands for people sign in, show the person, and sign out', async () => {
  const output = await runScript(blockOf('sh', 0), {});
  expect(output).toMatch(/"login": \{[^]*"kind": "USER"[^]*"login": \{[^]*"revoked": true/);
});

test('the pod has the token of its service account, and the inventory lists it', async () => {
  const { metadata, spec } = parse(blockOf('yaml', 0)) as Pod;
  const [container] = spec.containers;
  const { path = '', audience = '' } = spec.volumes[0]?.projected.sources[0]?.serviceAccountToken ?? {};
  const variables = Object.fromEntries(container?.env.map(({ name, value }) => [name, value]) ?? []);
  expect(variables.POD_IDENTITY_TOKEN_FILE).toBe(join(container?.volumeMounts[0]?.mountPath ?? '', path));

  const [service] = inventory().services;
  const issuer = service?.id.split('#')[0] ?? '';
  const subject = `system:serviceaccount:${metadata.namespace}:${spec.serviceAccountName}`;
  const file = join(folder, path);
  writeFileSync(file, await tokenOf(issuer, audience, subject));
  const env = { ...variables, POD_IDENTITY_TOKEN_FILE: file };
  const output = await runScript('pod-identity whoami --query "principal.[id, groups[0]]" --output text', env);
  expect(output).toBe(`${service?.id}\t${service?.groups[0]}\n`);
});

test('the workflow of GitHub Actions creates an association in production, and once when it runs again', async () => {
  const workflow = parse(blockOf('yaml', 1)) as Workflow;
  const { associate } = workflow.jobs;
  if (!associate) throw new Error('The workflow has no job associate.');
  const { environment: name, env, steps } = associate;
  expect(workflow.defaults.run.shell).toBe('bash');
  const runner = await startRunner(folder, (audience) =>
    tokenOf(github, audience, `repo:example/payments:environment:${name}`),
  );
  const vars = (text: string) => text.replaceAll('${{ vars.POD_IDENTITY_ENDPOINT_URL }}', gateway.url);
  const jobEnv = Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, vars(value)]));
  const given = { ...runner.environmentOf(workflow.permissions), ...jobEnv };
  const runJob = async () => /"associationId": "(.*)"/.exec(await runner.runSteps(steps, given))?.[1];
  const created = await runJob();
  expect(created).toMatch(/^a-/);
  expect(await runJob()).toBe(created);
  const trail = `pod-identity audit-trail --principal-id '${inventory().services[1]?.id}' --query 'entries[].[event, onBehalfOf]'`;
  const own = { ...given, POD_IDENTITY_TOKEN_FILE: join(folder, 'pod-identity-token') };
  const entries = await runScript(`${trail} --output text`, own);
  expect(entries).toBe('REPLAYED\talice-on-github\nSUCCEEDED\talice-on-github\nINTENT\talice-on-github\n');
  await runner.close();
});
