import { join } from 'node:path';
import { command } from '../cli/command.ts';
import { flag, numberOption, pathOption, reasonOption, shippedPolicies } from '../options.ts';
import { policyTable, withHomeAccount } from '../settings.ts';
import type { PolicyPaths, PublishRequest, RollbackRequest } from './run.ts';

const settings = withHomeAccount(policyTable);

export const publish = command({
  name: 'policies publish',
  summary: 'Puts policies and inventory in force without a deployment.',
  details:
    'Versions are a list that only grows; the newest one is in force. The first publication also stores the policies of the ' +
    'package, as version 0, so that a rollback can put them in force again.',
  options: {
    reason: reasonOption('why, for the list; only --dry-run does without'),
    policies: pathOption('FOLDER', 'policies with their cases (default: policies beside package.json)'),
    inventory: pathOption('FILE', 'inventory of the deployment (default: inventory.json in the folder of policies)'),
    'dry-run': flag('verifies, prints what would change, and publishes nothing'),
    'remove-approvals': flag('lets the version lack policies of approvals.cedar that the one in force has'),
    'packaged-policies': pathOption(
      'FOLDER',
      'policies that the deployed package was built from, for the first publication (default: policies beside package.json)',
    ),
    'packaged-inventory': pathOption(
      'FILE',
      'inventory of that package (default: inventory.json in its folder of policies)',
    ),
  },
  settings,
  examples: [
    "--policies ../our-policies --inventory ../our-inventory.json --reason 'Search has a new owner.' --dry-run",
  ],
  fails: 'Policies or inventory are not valid, another version was published meanwhile, or DynamoDB or AWS fails',
  request: (values, _, problem): PublishRequest => {
    const { policies, inventory, reason = null, 'dry-run': isDryRun } = values;
    if (reason === null && !isDryRun) problem('Say why the policies change, with --reason.');
    const packaged = filesOf(values['packaged-policies'], values['packaged-inventory']);
    const mayRemoveApprovals = values['remove-approvals'];
    return { ...filesOf(policies, inventory), packaged, reason, mayRemoveApprovals, isDryRun };
  },
  run: async (request, context) => (await import('./run.ts')).publish(request, context),
});

export const rollback = command({
  name: 'policies rollback',
  summary: 'Puts an earlier version in force again.',
  options: {
    to: numberOption('version to put in force again (default: the one before the one in force)', 0, 999_999_999),
    reason: reasonOption('why, for the list'),
  },
  settings,
  examples: ["--reason 'Search could not deploy.'", '--to 3'],
  fails: 'There is no such version, another one was published meanwhile, or DynamoDB or AWS fails',
  request: ({ to = null, reason = null }): RollbackRequest => ({ to, reason }),
  run: async (request, context) => (await import('./run.ts')).rollBack(request, context),
});

export const versions = command({
  name: 'policies versions',
  summary: 'Lists the published versions, the one in force first.',
  options: {
    // A page of DynamoDB has all versions of a list of this length.
    limit: { ...numberOption('how many versions to list', 1, 1_000), default: '20' },
  },
  settings: policyTable,
  examples: [''],
  fails: 'DynamoDB fails',
  request: ({ limit }) => limit,
  run: async (limit, context) => (await import('./list.ts')).list(limit, context),
});

function filesOf(policies = shippedPolicies, inventory = join(policies, 'inventory.json')): PolicyPaths {
  return { policies, inventory };
}
