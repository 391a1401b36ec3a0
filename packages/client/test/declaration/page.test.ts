import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { parse } from 'yaml';
import type { Inventory } from '../../../../src/policy/inventory.ts';
import { loadSigningKey } from '../../../local-gateway/src/keys.ts';
import type { SigningKey } from '../../../local-gateway/src/keys.ts';
import { audience, issuer as peoplesIssuer, mintToken } from '../../../local-gateway/src/principals.ts';
import { readDeclaration } from '../../src/declaration/read.ts';
import { runScript, startRunner } from '../github-runner.ts';
import type { Runner, Workflow } from '../github-runner.ts';
import { startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

const repository = join(import.meta.dirname, '../../../..');
const page = readFileSync(join(repository, 'docs/declarations.md'), 'utf8');
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);
const [declaration = '', workflowText = ''] = blocksOf('yaml');
const folder = mkdtempSync(join(tmpdir(), 'declarations-page-'));
const github = 'https://token.actions.githubusercontent.com';
const subject = 'repo:example/payments:environment:';

let key: SigningKey;
let fleet: ScannedGateway;
let runner: Runner;
/** The environment that GitHub's next token names. */
let environmentName = 'plan';

function tokenOf(wanted: string, sub: string): Promise<string> {
  const jwt = new SignJWT({}).setProtectedHeader({ alg: 'RS256', kid: key.kid }).setIssuer(github).setAudience(wanted);
  return jwt.setSubject(sub).setIssuedAt().setExpirationTime('5 minutes').sign(key.privateKey);
}

/** A program of the runner. */
function writeProgram(name: string, script: string): void {
  const path = join(folder, 'global/bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

beforeAll(async () => {
  key = await loadSigningKey(folder);
  const policies = join(folder, 'policies');
  cpSync(join(repository, 'policies'), policies, { recursive: true });
  const shipped = JSON.parse(readFileSync(join(policies, 'inventory.json'), 'utf8')) as Inventory;
  const services = ['plan', 'production'].map((name) => ({
    ...{ id: `${github}#${subject}${name}`, groups: ['payments-team'], mayNamePeople: true },
  }));
  const people = [{ id: `${peoplesIssuer}#alice`, names: ['alice-on-github'], groups: ['payments-team'] }];
  writeFileSync(join(policies, 'inventory.json'), JSON.stringify({ ...shipped, services, people }));
  const issuers = [github, peoplesIssuer].map((issuer) => ({
    ...{ issuer, audiences: ['pod-identity-gateway', audience], keys: key.publicKeys },
  }));
  fleet = await startScannedGateway({ issuers, policies });
  await fleet.observe();
  mkdirSync(join(folder, 'global/bin'), { recursive: true });
  runner = await startRunner(folder, (wanted) => tokenOf(wanted, `${subject}${environmentName}`));
  writeFileSync(join(folder, 'bindings.yaml'), declaration);
}, 120_000);

afterAll(async () => {
  await runner.close();
  await fleet.close();
  rmSync(folder, { recursive: true });
});

test('the declaration of the page is valid', () => {
  expect(readDeclaration(declaration)).toMatchObject({ kind: 'declaration', declaration: { name: 'payments' } });
});

test('the workflow comments the plan on the pull request, and applies it once after the merge', async () => {
  const workflow = parse(workflowText) as Workflow;
  const { bindings } = workflow.jobs;
  if (!bindings) throw new Error('The workflow has no job bindings.');
  expect(bindings.environment).toContain("'production' || 'plan'");
  writeProgram('gh', 'echo "$@" > gh-arguments.txt');
  const runJob = (event: 'pull_request' | 'push') => {
    environmentName = event === 'push' ? 'production' : 'plan';
    const values: Readonly<Record<string, string>> = {
      'vars.POD_IDENTITY_ENDPOINT_URL': fleet.gateway.url,
      'github.token': 'token',
      'github.event.pull_request.number': event === 'push' ? '' : '7',
    };
    const filled = Object.entries(bindings.env).map(([name, text]) => [
      ...[name, text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => values[expression] ?? '')],
    ]);
    const env = {
      ...runner.environmentOf(workflow.permissions),
      GITHUB_EVENT_NAME: event,
      ...Object.fromEntries(filled),
    };
    return runner.runSteps(bindings.steps, env as Record<string, string>);
  };

  await runJob('pull_request');
  expect(readFileSync(join(folder, 'gh-arguments.txt'), 'utf8')).toMatch(/^pr comment 7 .*--body-file comment.md\n$/);
  expect(readFileSync(join(folder, 'comment.md'), 'utf8')).toMatch(/\+ create [^]*5 to create, .* 0 denied/);
  expect(fleet.effects()).toEqual([]);

  expect(await runJob('push')).toContain('Done: 5 of 5.');
  const made = fleet.effects();
  expect(made).toHaveLength(5);
  expect(await runJob('push')).toContain('5 unchanged');
  expect(fleet.effects()).toEqual(made);
}, 120_000);

test('the commands of the page run in their order', async () => {
  const account = {
    name: 'api',
    namespace: 'payments',
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/a' },
  };
  writeProgram('kubectl', `echo '${JSON.stringify({ items: [{ kind: 'ServiceAccount', metadata: account }] })}'`);
  const alice = { claims: { sub: 'alice', groups: ['payments-team'] } };
  const token = await mintToken(key, alice, { expiresInSeconds: 300 });
  const env = { ...runner.environmentOf({}), POD_IDENTITY_ENDPOINT_URL: fleet.gateway.url, POD_IDENTITY_TOKEN: token };
  // A plan with changes exits with 2.
  for (const block of blocksOf('sh')) await runScript(`(${block}) || test $? = 2`, { cwd: folder, env });
  for (const file of ['plan.inverse.yaml', 'back.json', 'exported.yaml', 'from-irsa.yaml']) {
    expect([file, existsSync(join(folder, file))]).toEqual([file, true]);
  }
}, 120_000);
