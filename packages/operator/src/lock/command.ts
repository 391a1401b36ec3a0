import { command } from '../cli/command.ts';
import type { Options, Values } from '../cli/command.ts';
import { flag, reasonOption, text } from '../options.ts';
import { existingLedger, withHomeAccount, withWorld } from '../settings.ts';
import type { LockRequest, RequestedScope } from './run.ts';
import { clusterFindings } from '../../../../src/validation/names.ts';

/** The longest principal id that the audit trail can be searched by, in characters. */
const maxPrincipalLength = 2_048;

const scopeOptions = {
  principal: {
    ...text(
      'ID',
      'changes requested by this principal, through it as an actor, or in its name by a service; ID as in viewer { id } and in the audit trail',
    ),
    read: (id: string, wrong: (advice: string) => void) => {
      if (id === '' || id.length > maxPrincipalLength || !id.isWellFormed()) {
        wrong('give the id of a principal, such as https://issuer.example#alice');
      }
      return id;
    },
  },
  cluster: text('NAME', 'changes in this cluster'),
  account: text(
    'ID',
    'account of the cluster (default: that of WORLD_FILE, HOME_ACCOUNT_ID, else that of the AWS credentials)',
  ),
  region: text('REGION', 'region of the cluster (default: that of WORLD_FILE, else AWS_REGION)'),
  all: flag('all changes'),
} as const satisfies Options;

const usage = '--principal ID | --cluster NAME [--account ID] [--region REGION] | --all [--reason TEXT]';
const settings = withWorld(withHomeAccount(existingLedger));

export const lock = command({
  name: 'lock',
  summary: 'Stops changes through the gateway at once, until the lock is lifted.',
  usage: [`${usage} [--reads]`, '--list'],
  options: {
    ...scopeOptions,
    reads: flag('reads too, within 10 s: by the principal, at EKS in the cluster with its scan, or all'),
    reason: reasonOption(
      'for the audit trail, and for the clients whose changes are refused; so also for who has stolen a token',
    ),
    list: flag('prints the locks'),
  },
  settings,
  examples: [
    "--principal 'https://issuer.example#alice' --reason 'Lost laptop, incident 7'",
    '--cluster apps-prod --account 111122223333 --region eu-central-1',
    '--all',
    '--list',
  ],
  fails: 'The ledger or AWS fails',
  request: ({ reads, list, reason = null, ...target }, _, problem): LockRequest => {
    if (list && (reason !== null || Object.values(target).some((value) => value !== undefined && value !== false))) {
      problem('--list has no further options.');
    }
    if (list) return { kind: 'list' };
    return {
      kind: 'lock',
      scope: scopeOf(target, 'Give one of --principal, --cluster, --all and --list.', problem),
      reason,
      stopsReads: reads,
    };
  },
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});

export const lift = command({
  name: 'lock lift',
  summary: 'Lifts a lock; others stay.',
  usage: [usage],
  options: { ...scopeOptions, reason: reasonOption('for the audit trail') },
  settings,
  examples: ["--principal 'https://issuer.example#alice'", '--all'],
  fails: 'There is no such lock, or the ledger or AWS fails',
  request: ({ reason = null, ...target }, _, problem): LockRequest => {
    const scope = scopeOf(target, 'Give one of --principal, --cluster and --all.', problem);
    return { kind: 'lift', scope, reason, stopsReads: false };
  },
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});

function scopeOf(
  { principal, cluster, account, region, all }: Values<typeof scopeOptions>,
  advice: string,
  problem: (text: string) => void,
): RequestedScope {
  if ([principal !== undefined, cluster !== undefined, all].filter((given) => given).length !== 1) problem(advice);
  if (cluster === undefined && (account ?? region) !== undefined) {
    problem('--account and --region belong to --cluster.');
  }
  if (principal !== undefined) return { kind: 'PRINCIPAL', principalId: principal };
  if (cluster === undefined) return { kind: 'ALL' };
  const given = { clusterName: cluster, accountId: account ?? null, region: region ?? null };
  for (const { message, advice } of clusterFindings(given)) problem(`--cluster: ${message} ${advice}`);
  return { kind: 'CLUSTER', ...given };
}
