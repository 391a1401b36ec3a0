// A plugin of the Serverless Framework that rejects wrong settings, inventories and policies before
// anything is deployed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageProblems } from './package-problems.ts';
import { describeProblems } from './problems.ts';
import type { Problem, Settings } from './problems.ts';
import { lenientStage, settingProblems } from './setting-problems.ts';
import { shellProblems, shellVariables } from './shell-variables.ts';

/** The part of the framework's API that is used here. */
interface Serverless {
  readonly serviceDir: string;
  readonly processedInput: { readonly commands: readonly string[] };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly service: {
    readonly service: string;
    readonly provider: { stackTags?: Readonly<Record<string, string>> };
    readonly custom: { readonly settings: Settings };
  };
  readonly getProvider: (name: 'aws') => {
    /** The stage of this run. */
    readonly getStage: () => string;
    readonly getRegion: () => string;
    /** The account of the credentials, from GetCallerIdentity. Throws when there are none. */
    readonly getAccountId: () => Promise<string>;
  };
}

/** How long GetCallerIdentity may take. Milliseconds. */
const identityMs = 10_000;

/** The plugin. The framework calls it with `new`, which an arrow function does not support. */
export default function deployCheck(serverless: Serverless) {
  const stop = (problems: readonly Problem[]) => {
    if (problems.length === 0) return;
    throw new serverless.classes.Error(describeProblems(problems), 'DEPLOY_CHECK_FAILED');
  };
  const dist = join(serverless.serviceDir, 'dist');

  const checkBundles = () => {
    const missing = [
      'graphql.mjs',
      'reconcile.mjs',
      'scan.mjs',
      'expire.mjs',
      'deliver.mjs',
      'checkpoint.mjs',
      'compile.mjs',
      'policies',
      'issuers.json',
    ].filter((name) => !existsSync(join(dist, name)));
    const what = `The package lacks ${missing.join(', ')}.`;
    stop(missing.length === 0 ? [] : [{ what, where: dist, fix: 'Run `npm run build` first.' }]);
  };

  const checkSettings = async () => {
    const [command = '', subcommand] = serverless.processedInput.commands;
    // `deploy list` deploys nothing: who rolls back has no settings at hand.
    if (!['package', 'deploy'].includes(command) || subcommand === 'list') return;
    checkBundles();
    const { service, provider, custom } = serverless.service;
    provider.stackTags = tagsOf(custom.settings.tags ?? '');
    const yml = readFileSync(join(serverless.serviceDir, 'serverless.yml'), 'utf8');
    const fromShell = shellVariables(yml, process.env, custom.settings);
    if (fromShell.length > 0) process.stderr.write(`From the variables of this shell: ${fromShell.join(' ')}\n`);
    const aws = serverless.getProvider('aws');
    const stage = aws.getStage();
    if (command === 'package' && stage === lenientStage) return;
    const accountId = await accountOrNull(aws);
    if (accountId === null) process.stderr.write('The account is not checked: there are no usable credentials.\n');
    const placement = { service, stage, region: aws.getRegion(), accountId };
    stop([
      ...settingProblems(custom.settings, stage),
      ...shellProblems(yml, process.env),
      ...packageProblems(contentsOf(dist), custom.settings, placement),
    ]);
  };
  return { hooks: { initialize: checkSettings, 'before:package:initialize': checkBundles } };
}

/**
 * The account of the credentials; null when there are none, or AWS does not answer: a package needs
 * neither.
 */
async function accountOrNull(aws: ReturnType<Serverless['getProvider']>): Promise<string | null> {
  const timeout = AbortSignal.timeout(identityMs);
  const timedOut = new Promise<null>((resolve) => timeout.addEventListener('abort', () => resolve(null)));
  return await Promise.race([aws.getAccountId().catch(() => null), timedOut]);
}

function contentsOf(dist: string) {
  const folder = join(dist, 'policies');
  const policies = readdirSync(folder).filter((name) => name.endsWith('.cedar'));
  return {
    inventory: readFileSync(join(folder, 'inventory.json'), 'utf8'),
    issuers: readFileSync(join(dist, 'issuers.json'), 'utf8'),
    policies: Object.fromEntries(policies.map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
  };
}

function tagsOf(setting: string): Record<string, string> {
  const pairs = setting.split(',').map((tag) => tag.split(/=(.*)/s) as [string, string?]);
  return Object.fromEntries(pairs.filter(([name]) => name !== '').map(([name, value = '']) => [name, value]));
}
