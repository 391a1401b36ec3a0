import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import type { Inventory } from '../../../src/policy/inventory/inventory.ts';
import { startScannedGateway } from '../../../packages/command/test/declaration/scanned-gateway.ts';
import type { ScannedGateway } from '../../../packages/command/test/declaration/scanned-gateway.ts';
import { startRunner } from '../../../packages/command/test/github-runner.ts';
import type { Runner, Workflow } from '../../../packages/command/test/github-runner.ts';
import { loadSigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { audience, issuer as peoplesIssuer } from '../../../packages/local-gateway/src/principals.ts';
import { makeIssuerKey, sign, startKeyServer } from '../../../test/support/key-server.ts';

export const repository = join(import.meta.dirname, '../../..');
export const example = join(import.meta.dirname, '..');
export const workflowText = readFileSync(join(example, '.github/workflows/associations.yml'), 'utf8');

type Job = Workflow['jobs'][string] & { readonly if: string; readonly permissions: Readonly<Record<string, string>> };
export const { jobs } = parse(workflowText) as { readonly jobs: { readonly plan: Job; readonly apply: Job } };

export const github = 'https://token.actions.githubusercontent.com';
/** For the files of the tests. */
export const scratch = mkdtempSync(join(tmpdir(), 'github-actions-'));

export let fleet: ScannedGateway;
let keys: Awaited<ReturnType<typeof startKeyServer>>;
const runners: Runner[] = [];
/** Names of the environments in the tokens that were issued. */
export const issued: string[] = [];

/** The issuer of GitHub's tokens, with its keys on a server of its own. */
async function startIssuer() {
  const key = await makeIssuerKey('github-1');
  keys = await startKeyServer([key.jwk]);
  const tokenFor = (environment: string, wanted: string) => {
    issued.push(environment);
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: github, aud: wanted, iat: now, exp: now + 300, repository: 'example/payments' };
    return sign(key, { ...claims, sub: `repo:example/payments:environment:${environment}` });
  };
  return { tokenFor, trusted: { issuer: github, audiences: [audience], keys: keys.url } };
}
let tokenFor: Awaited<ReturnType<typeof startIssuer>>['tokenFor'];

/** Opens an issuer and a gateway that accepts its tokens, with the inventory of the README, for the calling file. */
export function openGitHub(): void {
  beforeAll(async () => {
    const issuer = await startIssuer();
    ({ tokenFor } = issuer);
    const policies = join(scratch, 'policies');
    cpSync(join(repository, 'policies'), policies, { recursive: true });
    const shipped = JSON.parse(readFileSync(join(policies, 'inventory.json'), 'utf8')) as Inventory;
    // As the README says, and a system namespace of the same team, whose changes in production need approvals.
    const [, inventory = ''] = /^```json\n([^]*?)^```/m.exec(readFileSync(join(example, 'README.md'), 'utf8')) ?? [];
    const own = JSON.parse(inventory.replace('https://login.example', peoplesIssuer)) as Partial<Inventory>;
    const namespaces = [
      ...shipped.namespaces.filter(({ name }) => name !== 'kube-system'),
      { name: 'kube-system', owners: ['payments-team'] },
    ];
    writeFileSync(join(policies, 'inventory.json'), JSON.stringify({ ...shipped, ...own, namespaces }));
    const { publicKeys } = await loadSigningKey(join(repository, '.cache/test-keys'));
    fleet = await startScannedGateway({
      issuers: [issuer.trusted, { issuer: peoplesIssuer, audiences: [audience], keys: publicKeys }],
      policies,
    });
    await fleet.observe();
  });

  afterAll(async () => {
    for (const runner of runners) await runner.close();
    await fleet.close();
    await keys.close();
    rmSync(scratch, { recursive: true });
  });
}

/** What triggers a workflow. */
export const pullRequest = {
  event_name: 'pull_request',
  event: { pull_request: { head: { repo: { full_name: 'example/payments' } } } },
};
export const fork = {
  event_name: 'pull_request',
  event: { pull_request: { head: { repo: { full_name: 'mallory/payments' } } } },
};
export const push = { event_name: 'push', event: {} };

/** Whether GitHub starts a job for an event: these expressions mean the same in JavaScript. */
export const starts = (job: Job, event: object) =>
  runInNewContext(job.if, { github: { repository: 'example/payments', ...event } }) as boolean;

type Main = Parameters<typeof startRunner>[2];

/** A clone on a runner of its own, with another declaration if one is given. */
export async function checkout(environment: string, declaration?: string, main?: Main): Promise<Runner> {
  const folder = mkdtempSync(join(scratch, 'runner-'));
  for (const entry of ['associations.yml', '.github'])
    cpSync(join(example, entry), join(folder, entry), { recursive: true });
  if (declaration !== undefined) writeFileSync(join(folder, 'associations.yml'), declaration);
  const runner = await startRunner(folder, (wanted) => tokenFor(environment, wanted), main);
  runners.push(runner);
  return runner;
}

/** Runs a job as written. The summary of the job, and why it failed. */
export async function runJob(
  job: Job,
  runner: Runner,
  { url = fleet.gateway.url, wait = '', permissions = job.permissions } = {},
): Promise<{ readonly failure: string | null; readonly summary: string }> {
  const summary = join(runner.folder, 'summary.md');
  writeFileSync(summary, '');
  const values: Readonly<Record<string, string>> = {
    'vars.POD_IDENTITY_ENDPOINT_URL': url,
    'vars.APPROVAL_WAIT': wait,
  };
  const env = Object.entries(job.env).map(([name, text]) => [
    ...[name, text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => values[expression] ?? '')],
  ]);
  const given = { ...runner.environmentOf(permissions), GITHUB_STEP_SUMMARY: summary, ...Object.fromEntries(env) };
  const failure = await runner.runSteps(job.steps, given as Record<string, string>).then(
    () => null,
    (error: unknown) => String(error),
  );
  return { failure, summary: readFileSync(summary, 'utf8') };
}

/** A declaration of one binding. */
export const declared = (changes: Readonly<Record<string, string>>) => {
  const values = {
    name: 'other',
    namespace: 'payments',
    serviceAccount: 'worker',
    role: 'payments/payments-api',
    ...changes,
  };
  return `version: 1
name: ${values.name}
bindings:
  - roleArn: arn:aws:iam::{accountId}:role/pods/${values.role}
    clusters: [apps-prod]
    namespaces: [${values.namespace}]
    serviceAccounts: [${values.serviceAccount}]
    tags: { team: payments }
`;
};
