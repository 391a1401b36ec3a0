import { command } from '../cli/command.ts';
import { pathOption, shippedPolicies, text, timeOption } from '../options.ts';
import { existingLedger, ledgerAndPolicies, settingsFor, withWorld } from '../settings.ts';
import type { ImpactRequest } from './impact.ts';
import type { ReplayRequest } from './replay.ts';

const folder = {
  name: 'FOLDER',
  optional: true,
  help: 'folder of policies (default: policies beside package.json)',
} as const;

export const check = command({
  name: 'policies check',
  summary: 'Validates a folder of policies and its examples, and runs their cases.',
  arguments: [folder],
  options: {},
  examples: ['', '../our-policies'],
  fails: 'A case has another result than it expects, a policy has no case, or the folder is not valid',
  request: (_, [directory = shippedPolicies]) => directory,
  run: async (directory, context) => (await import('./check.ts')).run(directory, context),
});

export const why = command({
  name: 'policies why',
  summary: 'Explains a decision: which policies decided, and what would have to differ.',
  details: 'It tries single changes: groups, persons, reason, time, cluster, role, settings, service account and tags.',
  arguments: [
    {
      name: 'CASE',
      help: 'JSON file with the fields of a case (docs/policy.md); description and policyIds are optional',
    },
    folder,
  ],
  options: {},
  examples: ['policies/cases/deny/several-at-once.json'],
  fails: "The case or the policies can't be read",
  request: (_, [file = '', directory = shippedPolicies]) => ({ file, directory }),
  run: async ({ file, directory }, { print }) => {
    const { explainDecision } = await import('./why.ts');
    print(explainDecision(file, directory).join('\n'));
    return 0;
  },
});

const roles = pathOption(
  'FILE',
  'JSON list of roles whose attributes are not known otherwise, as in a case (docs/policy.md)',
);

export const impact = command({
  name: 'policies impact',
  summary: 'Judges every observed association by changed policies, and reports the differences.',
  details:
    'Each association, as scans and operations saw it last, is judged as a create of what it is, at the time of the command: by the principal ' +
    'of the operation that made it, and by a member of each group that owns its namespace. Without either, by a member of each group that ' +
    'policies name and permit it, else by a principal in no group. If a policy reads whether there is a reason, with and without one.',
  arguments: [{ name: 'FOLDER', help: 'folder of the changed policies' }],
  options: {
    inventory: pathOption(
      'FILE',
      'inventory to judge with (default: that of WORLD_FILE, else inventory.json in FOLDER)',
    ),
    roles,
    against: pathOption(
      'FOLDER',
      'policies to compare with (default: the version in force if POLICY_TABLE is set, else policies beside package.json)',
    ),
    'against-inventory': pathOption(
      'FILE',
      'inventory to compare with (default: that of WORLD_FILE, else inventory.json in the folder of --against)',
    ),
    trail: text('FILE', 'also replays the requests in this output of pod-identity-operator trail export'),
    since: timeOption('also replays the requests in the ledger since this RFC 3339 time'),
    output: {
      ...text('FORMAT', 'json prints one object per line, and the summary last'),
      choices: ['text', 'json'],
      default: 'text',
    },
  },
  settings: withWorld(ledgerAndPolicies),
  examples: [
    'our-policies --inventory our-inventory.json',
    'our-policies --against policies --since 2026-11-24T10:00:00Z',
  ],
  fails: "Policies, inventories, roles, the trail or the ledger can't be read",
  reports: 'An association or a recorded request would, or may, be decided otherwise',
  request: (values, [policies = ''], problem): ImpactRequest | null => {
    const { inventory, roles: given, against, trail, since, output } = values;
    const againstInventory = values['against-inventory'];
    if (trail !== undefined && since !== undefined) problem('Give --trail or --since, not both.');
    if (against === undefined && againstInventory !== undefined) problem('--against-inventory needs --against.');
    return {
      policies,
      inventory,
      roles: given,
      output,
      against: against === undefined ? null : { policies: against, inventory: againstInventory },
      requests: trail !== undefined ? { kind: 'trail', trail } : since !== undefined ? { kind: 'ledger', since } : null,
    };
  },
  run: async (request, context) => (await import('./impact.ts')).run(request, context),
});

const ledgerSince = settingsFor(({ since }) => since !== undefined, existingLedger);
const replaySettings = withWorld({
  ...ledgerSince,
  read: (reader, values) => ({ ledger: ledgerSince.read(reader, values) }),
});

export const replay = command({
  name: 'policies replay',
  summary: 'Replays recorded requests with other policies, and reports the differences.',
  usage: [
    '--trail FILE [--policies FOLDER] [--inventory FILE] [--roles FILE]',
    '--since TIME [--policies FOLDER] [--inventory FILE] [--roles FILE]',
    'ENTRY [FOLDER]',
  ],
  arguments: [
    {
      name: 'ENTRY',
      optional: true,
      help: 'JSON file with one audit entry: its decision is replayed with the slice of the inventory that it records',
    },
    { ...folder, help: 'folder of policies for ENTRY (default: policies beside package.json)' },
  ],
  options: {
    trail: text(
      'FILE',
      'output of pod-identity-operator trail export: the requests are replayed with policies and inventory',
    ),
    since: timeOption('as --trail, with the entries of the ledger since this RFC 3339 time, newest first'),
    policies: pathOption('FOLDER', 'folder of policies (default: policies beside package.json)'),
    inventory: pathOption(
      'FILE',
      'inventory (default: that of WORLD_FILE, else inventory.json in the folder of policies)',
    ),
    roles,
  },
  settings: replaySettings,
  examples: ['--trail trail.ndjson --policies changed-policies', '--since 2026-11-24T10:00:00Z', 'entry.json'],
  fails: "A decision is not as recorded, depends on a role that is not known, or can't be replayed",
  request: ({ trail, since, policies, inventory, roles }, [entry, directory], problem): ReplayRequest | null => {
    if (entry !== undefined && (trail ?? since ?? policies ?? inventory ?? roles) === undefined) {
      return { kind: 'entry', entry, policies: directory ?? shippedPolicies };
    }
    const replacement = { policies: policies ?? shippedPolicies, inventory, roles };
    if (entry !== undefined) problem('Give an ENTRY, or --trail or --since with their options, not both.');
    else if (trail !== undefined && since !== undefined) problem('Give --trail or --since, not both.');
    else if (trail !== undefined) return { kind: 'trail', trail, ...replacement };
    else if (since !== undefined) return { kind: 'ledger', since, ...replacement };
    else problem('Give --trail, --since or the file of an audit entry.');
    return null;
  },
  run: async (request, context) => (await import('./replay.ts')).run(request, context),
});
