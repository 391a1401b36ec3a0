import { join, resolve } from 'node:path';
import { UsageError } from '../../../../tools/command.ts';
import type { OptionValues } from '../../../../tools/command.ts';
import { reasonFindings } from '../../../../src/validation/free-texts.ts';

/** What to do. */
export type VersionRequest =
  | {
      readonly kind: 'publish';
      /** Folder of policies and cases. */
      readonly policies: string;
      /** File of the inventory. */
      readonly inventory: string;
      /** Folder and inventory that the deployed package was built from: version 0, if there is none. */
      readonly packaged: { readonly policies: string; readonly inventory: string };
      readonly reason: string | null;
      /** Whether the version is only verified and compared. */
      readonly isDryRun: boolean;
    }
  /** `to` is the number of a version; null: the one before the live one. */
  | { readonly kind: 'rollback'; readonly to: number | null; readonly reason: string | null }
  | { readonly kind: 'list'; readonly limit: number };

/** The options of the command line. */
export const options = {
  policies: { type: 'string' },
  inventory: { type: 'string' },
  'packaged-policies': { type: 'string' },
  'packaged-inventory': { type: 'string' },
  reason: { type: 'string' },
  'dry-run': { type: 'boolean' },
  to: { type: 'string' },
  limit: { type: 'string' },
} as const;

/** Which options belong to which subcommand. */
const optionsOf: Readonly<Record<VersionRequest['kind'], readonly (keyof typeof options)[]>> = {
  publish: ['policies', 'inventory', 'packaged-policies', 'packaged-inventory', 'reason', 'dry-run'],
  rollback: ['to', 'reason'],
  list: ['limit'],
};

const shipped = join(import.meta.dirname, '../../../../policies');

export const help = `Puts policies and inventory in force without a deployment. The versions are a list that only grows; the newest one is live.

The first publication also stores the policies of the package, as version 0, so that a rollback can put them in force again.

Usage: npm run policies:publish -- --reason TEXT [--policies FOLDER] [--inventory FILE] [--dry-run]
                                   [--packaged-policies FOLDER] [--packaged-inventory FILE]
       npm run policies:rollback -- [--to NUMBER] [--reason TEXT]
       npm run policies:releases -- [--limit NUMBER]

  --policies FOLDER  policies with their cases (default: policies beside package.json)
  --inventory FILE   inventory of the deployment (default: inventory.json in the folder of policies)
  --packaged-policies FOLDER, --packaged-inventory FILE
                     what the deployed package was built from, for the first publication (defaults: as above)
  --reason TEXT      why, for the list
  --dry-run          verifies, prints what would change, and publishes nothing
  --to NUMBER        the version whose policies and inventory to put in force again (default: the one before the live one)
  --limit NUMBER     how many versions to list (default: 20)
  -h, --help         print this text

Environment variables:
  LEDGER                     dynamodb
  POLICY_TABLE               table of policies, an output of the stack (default: pod-identity-gateway-policies)
  AWS_REGION                 region of the table (default: eu-central-1)
  AWS_ENDPOINT_URL_DYNAMODB  URL of another DynamoDB endpoint
  HOME_ACCOUNT_ID            account of the deployment (default: that of the AWS credentials)

Exits with 0 when the version is published or was live before; with 1 when policies or inventory are not valid, another version
was published meanwhile, or DynamoDB or AWS fails; with 2 when arguments or settings are wrong.
`;

/** Reads what to do. Throws `UsageError` where arguments are wrong or do not fit together. */
export function readVersionRequest(values: OptionValues<typeof options>, kind = ''): VersionRequest {
  if (!isKind(kind)) throw new UsageError('Give one of publish, rollback and list.');
  const wrong = Object.keys(values).find((name) => !optionsOf[kind].some((known) => known === name));
  if (wrong !== undefined) throw new UsageError(`--${wrong} is not an option of ${kind}.`);
  const { policies, inventory, reason = null, to, limit } = values;
  const [finding] = reasonFindings(reason);
  if (finding !== undefined) throw new UsageError(`--reason: ${finding.message} ${finding.advice}`);
  switch (kind) {
    case 'publish': {
      const isDryRun = values['dry-run'] ?? false;
      if (reason === null && !isDryRun) throw new UsageError('Say why the policies change, with --reason.');
      const { 'packaged-policies': packagedPolicies, 'packaged-inventory': packagedInventory } = values;
      const packaged = sourcesOf(packagedPolicies, packagedInventory);
      return { kind, ...sourcesOf(policies, inventory), packaged, reason, isDryRun };
    }
    case 'rollback':
      return { kind, to: to === undefined ? null : numberOf('to', to), reason };
    case 'list':
      return { kind, limit: limit === undefined ? 20 : numberOf('limit', limit) };
  }
}

function sourcesOf(policies = shipped, inventory = join(policies, 'inventory.json')) {
  return { policies: resolve(policies), inventory: resolve(inventory) };
}

function isKind(kind: string): kind is VersionRequest['kind'] {
  return Object.hasOwn(optionsOf, kind);
}

/** At most 1,000, so that a page of DynamoDB has all versions of a list. */
function numberOf(option: 'to' | 'limit', text: string): number {
  const [least, most] = option === 'limit' ? [1, 1_000] : [0, 999_999_999];
  const number = Number(text);
  if (!/^(?:0|[1-9]\d{0,8})$/.test(text) || number < least || number > most) {
    throw new UsageError(`--${option} is ${JSON.stringify(text)}: give a whole number from ${least} to ${most}.`);
  }
  return number;
}
