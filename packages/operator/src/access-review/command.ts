import { command } from '../cli/command.ts';
import { roleNameFindings } from '../../../../src/validation/role-names.ts';
import { flag, pathOption, roleToAssume, text } from '../options.ts';
import { existingLedger, withWorld } from '../settings.ts';
import type { ReviewRequest } from './run.ts';

export const accessReview = command({
  name: 'access-review',
  summary: 'Lists the associations of each owner, with role, age, last change and origin.',
  details:
    'The associations are those that scans and operations saw last, in all clusters of the inventory; those of namespaces without an owner come last. ' +
    'The end says which clusters were never scanned. An association that an operation made or adopted has the principal of the operation. ' +
    '--last-used needs iam:GetRole on the roles, and with --assume-role also sts:AssumeRole on that role. IAM knows uses of the last 400 days, by anyone: ' +
    "all associations of a role have the same time. A role that can't be read has the reason in its row.",
  options: {
    owner: text('GROUP', 'only the namespaces that this group owns'),
    inventory: pathOption(
      'FILE',
      'inventory with the owners (default: that of WORLD_FILE, else policies/inventory.json beside package.json)',
    ),
    'role-name': {
      ...text('NAME', 'only associations with a role or target role of this name, or of this path and name'),
      read: (name, wrong) => {
        for (const { advice } of roleNameFindings(name))
          wrong(`${advice.charAt(0).toLowerCase()}${advice.slice(1, -1)}`);
        return name;
      },
    },
    'last-used': flag('also show when each role was used last, by anyone: one IAM GetRole for each role, 10 a second'),
    'assume-role': roleToAssume('with --last-used, role to assume in accounts other than that of the credentials'),
    output: {
      ...text('FORMAT', 'with csv, the coverage is on standard error'),
      choices: ['table', 'csv', 'json'],
      default: 'table',
    },
  },
  settings: withWorld(existingLedger),
  examples: [
    '--owner payments-team',
    '--inventory our-inventory.json --output csv > review.csv',
    '--role-name payments-api --last-used --assume-role audit',
  ],
  fails: "The inventory or the ledger can't be read, or GROUP owns no namespace",
  request: (values, _, problem): ReviewRequest => {
    const assumedRole = values['assume-role'] ?? null;
    if (assumedRole !== null && !values['last-used']) problem('--assume-role needs --last-used.');
    return {
      owner: values.owner ?? null,
      roleName: values['role-name'] ?? null,
      inventory: values.inventory,
      lastUsed: values['last-used'] ? { assumedRole } : null,
      output: values.output,
    };
  },
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});
