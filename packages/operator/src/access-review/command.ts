import { command } from '../cli/command.ts';
import { pathOption, text } from '../options.ts';
import { existingLedger, withWorld } from '../settings.ts';
import type { ReviewRequest } from './run.ts';

export const accessReview = command({
  name: 'access-review',
  summary: 'Lists the associations of each owner, with role, age, last change and origin.',
  details:
    'The associations are those that scans and operations saw last, in all clusters of the inventory; those of namespaces without an owner come last. ' +
    'The end says which clusters were never scanned. An association that an operation made or adopted has the principal of the operation.',
  options: {
    owner: text('GROUP', 'only the namespaces that this group owns'),
    inventory: pathOption(
      'FILE',
      'inventory with the owners (default: that of WORLD_FILE, else policies/inventory.json beside package.json)',
    ),
    output: {
      ...text('FORMAT', 'with csv, the coverage is on standard error'),
      choices: ['table', 'csv', 'json'],
      default: 'table',
    },
  },
  settings: withWorld(existingLedger),
  examples: ['--owner payments-team', '--inventory our-inventory.json --output csv > review.csv'],
  fails: "The inventory or the ledger can't be read, or GROUP owns no namespace",
  request: ({ owner, inventory, output }): ReviewRequest => ({
    owner: owner ?? null,
    inventory,
    output,
  }),
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});
