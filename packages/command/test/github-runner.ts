import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import { packedPackage } from '../../../test/support/installed-package.ts';

type Variables = Readonly<Record<string, string>>;

/** The parts of a workflow of GitHub Actions that a test runs. */
export interface Workflow {
  readonly permissions: Variables;
  readonly defaults: { readonly run: { readonly shell: string } };
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly environment: string;
  readonly env: Variables;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly env?: Variables }[];
}

/** Runs a script as GitHub does with `shell: bash`. Rejects if it fails. */
export async function runScript(
  script: string,
  { cwd, env, onError = () => undefined }: { cwd: string; env: Variables; onError?: (text: string) => void },
): Promise<string> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { cwd, env, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
    onError(String(chunk));
  });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`Exit code ${code}: ${script}\n${stdout}\n${stderr}`);
  return stdout;
}

/** What a runner has for its jobs: a folder with the checkout, and GitHub's endpoint for tokens. */
export interface Runner {
  readonly folder: string;
  /** The environment of a job with these permissions. */
  readonly environmentOf: (permissions: Variables) => Variables;
  /** Runs the steps of a job one after the other, each with what earlier ones exported. Returns what they print. */
  readonly runSteps: (steps: Job['steps'], env: Variables) => Promise<string>;
  readonly close: () => Promise<void>;
}

/**
 * @param tokenFor the token of the job for an audience
 * @param main the commit of the run, and the head of the branch
 */
export async function startRunner(
  folder: string,
  tokenFor: (audience: string) => Promise<string>,
  main = { sha: 'a'.repeat(40), head: 'a'.repeat(40) },
): Promise<Runner> {
  // GitHub's API, and its endpoint for tokens, which a job has with the permission alone.
  const endpoint = await startAnsweringServer((response, { path, headers }) => {
    if (path === '/repos/example/payments/commits/main') return void response.end(main.head);
    const audience = new URL(path, 'http://localhost').searchParams.get('audience') ?? '';
    if (headers.authorization !== 'Bearer request') return void response.writeHead(401).end();
    void tokenFor(audience).then((value) => response.end(JSON.stringify({ count: value.length, value })));
  });
  // What the checkout brings.
  mkdirSync(join(folder, 'tools'), { recursive: true });
  copyFileSync(await packedPackage('pod-identity-command'), join(folder, 'tools/pod-identity-command-0.9.0-rc.1.tgz'));
  const exports = join(folder, 'github-env');
  const runner = {
    HOME: folder,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    RUNNER_TEMP: folder,
    GITHUB_ENV: exports,
    GITHUB_ACTOR: 'alice-on-github',
    GITHUB_TRIGGERING_ACTOR: 'alice-on-github',
    GITHUB_API_URL: endpoint.endpoint,
    GITHUB_SHA: main.sha,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'example/payments',
    GITHUB_RUN_ID: '1',
    npm_config_prefix: join(folder, 'global'),
    npm_config_offline: 'true',
    PATH: `${join(folder, 'global/bin')}:${process.env.PATH ?? ''}`,
  };
  return {
    folder,
    environmentOf: (permissions) => ({
      ...runner,
      ...(permissions['id-token'] === 'write' && {
        ACTIONS_ID_TOKEN_REQUEST_URL: `${endpoint.endpoint}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request',
      }),
    }),
    runSteps: async (steps, env) => {
      writeFileSync(exports, '');
      let output = '';
      for (const { run, env: own } of steps) {
        const lines = readFileSync(exports, 'utf8').trim().split('\n').filter(Boolean);
        const exported = Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));
        if (run !== undefined) output += await runScript(run, { cwd: folder, env: { ...env, ...own, ...exported } });
      }
      return output;
    },
    close: endpoint.stop,
  };
}
