import { parseIssuers, trustedIssuers } from '../src/app/issuers.ts';
import type { JwtVerification } from '../src/app/issuers.ts';
import { exampleValuesIn } from '../packages/operator/src/authoring/example-values.ts';
import { accountOf, parseInventory } from '../src/policy/inventory/inventory.ts';
import type { Inventory } from '../src/policy/inventory/inventory.ts';
import { parseRoleArn } from '../src/validation/role-arns.ts';
import { roleInOtherAccount } from './other-accounts.ts';
import { placementProblems } from './placement-problems.ts';
import type { Placement } from './placement-problems.ts';
import { partitionOf } from './rendered.ts';
import { problem } from './problems.ts';
import type { Problem, Settings } from './problems.ts';

/** What a package contains that depends on the organization. */
export interface PackageContents {
  /** The text of the inventory. */
  readonly inventory: string;
  /** The texts of the policies, by file name. */
  readonly policies: Readonly<Record<string, string>>;
  /** The text of the issuers file. */
  readonly issuers: string;
}

const inventoryFix = 'Build with your own inventory: npm run build -- --inventory FILE.';
const policyFix =
  'Copy the policies, adapt the rule and its cases, and build with them: npm run build -- --policies FOLDER.';

/**
 * What is wrong with the inventory, policies and issuers of a package, alone, with these settings
 * and in this place. Throws an Error for an invalid inventory or issuers file.
 */
export function packageProblems(
  { inventory: text, policies, issuers }: PackageContents,
  settings: Settings,
  placement: Placement,
): Problem[] {
  const inventory = parseInventory(text);
  return [
    ...examplesIn('inventory.json', text, inventoryFix),
    ...Object.entries(policies).flatMap(([file, policy]) => examplesIn(file, policy, policyFix)),
    ...homeProblems(inventory, placement.accountId),
    ...placementProblems(settings, { ...placement, accountId: homeOf(inventory) ?? placement.accountId }),
    ...otherAccountProblems(inventory, settings, placement),
    ...operatorsElsewhere(inventory, settings),
    ...inventoryRolesOutside(inventory, settings),
    ...issuerProblems(issuers, settings),
  ];
}

/** Accounts and hosts of documentation, which are not the operator's. */
function examplesIn(fileName: string, text: string, fix: string): Problem[] {
  return exampleValuesIn(fileName, text).map(({ file, line, value }) => ({
    what: `${file} names the example ${value}.`,
    where: `${file}:${line}`,
    fix,
  }));
}

/** The account of the deployment as the inventory has it; null when it has none. */
function homeOf({ accounts }: Inventory): string | null {
  return accounts.find(({ roleArn }) => roleArn === null)?.accountId ?? null;
}

function homeProblems(inventory: Inventory, accountId: string | null): Problem[] {
  const where = 'inventory.json, accounts';
  const home = inventory.accounts.filter(({ roleArn }) => roleArn === null);
  if (home.length > 1) {
    const ids = home.map((account) => account.accountId).join(', ');
    const fix = 'Give every account but that of the deployment the role that the gateway assumes there.';
    return [{ what: `The accounts ${ids} have no roleArn, but the gateway runs in one account.`, where, fix }];
  }
  if (accountId === null) return [];
  const deployed = accountOf(inventory, accountId);
  if (deployed === null) {
    return [
      {
        what: `The credentials are of account ${accountId}, which the inventory does not have.`,
        where,
        fix: 'Use credentials of the account of the inventory without roleArn, or add the account.',
      },
    ];
  }
  return deployed.roleArn === null
    ? []
    : [
        {
          what: `The credentials are of account ${accountId}, which has a roleArn in the inventory.`,
          where,
          fix: 'Use credentials of the account without roleArn: that is where the gateway runs.',
        },
      ];
}

/**
 * Roles of other accounts that the functions may not assume, by their names or because
 * `otherAccounts` lacks the account.
 */
function otherAccountProblems({ accounts }: Inventory, settings: Settings, placement: Placement): Problem[] {
  const others = accounts.filter(({ roleArn }) => roleArn !== null);
  return [...misnamedRoles(others, placement), ...unlistedAccounts(others, settings)];
}

const accesses = { roleArn: 'change', readRoleArn: 'read' } as const;

function misnamedRoles(accounts: Inventory['accounts'], { service, stage, region }: Placement): Problem[] {
  const roles = accounts.flatMap(({ accountId, ...account }) =>
    (['roleArn', 'readRoleArn'] as const).map((field) => {
      const role = roleInOtherAccount(`${service}-${stage}`, region, accesses[field]);
      const expected = `arn:${partitionOf(region)}:iam::${accountId}:role/${role}`;
      return { accountId, field, expected, actual: account[field] };
    }),
  );
  const [first, ...more] = roles.filter(({ actual, expected }) => actual !== expected);
  if (first === undefined) return [];
  const { accountId, field, actual, expected } = first;
  const what =
    `The inventory has ${actual ?? `no ${field}`} for account ${accountId}, where this gateway may assume ${expected} only` +
    (more.length === 0 ? '.' : `; ${more.length} more roles are not those of this gateway.`);
  const fix = 'Deploy deploy/iam/other-account.yml there for this stage and region, and give its outputs.';
  return [{ what, where: `inventory.json, accounts, ${field}`, fix }];
}

function unlistedAccounts(accounts: Inventory['accounts'], { otherAccounts = '' }: Settings): Problem[] {
  const listed = otherAccounts.split(',');
  // Which accounts an organization has is not known here.
  if (listed.some((value) => value.startsWith('o'))) return [];
  const missing = accounts.flatMap(({ accountId }) => (listed.includes(accountId) ? [] : [accountId]));
  if (missing.length === 0) return [];
  const rest = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  const what = `The inventory has accounts that otherAccounts does not contain: ${missing.slice(0, 3).join(', ')}${rest}.`;
  return [
    problem('otherAccounts', what, 'Set otherAccounts to organization, or to organizational units or account IDs.'),
  ];
}

/**
 * The policies of the tables only except operators from what they deny: that permits nothing to a
 * role of another account.
 */
function operatorsElsewhere({ accounts }: Inventory, { operatorRoleArns = '' }: Settings): Problem[] {
  const [home] = accounts.filter(({ roleArn }) => roleArn === null);
  if (home === undefined) return [];
  return operatorRoleArns
    .split(',')
    .filter((arn) => arn !== '' && parseRoleArn(arn)?.accountId !== home.accountId)
    .map((arn) => {
      const what = `operatorRoleArns has ${arn}, which is not in the account of the gateway, ${home.accountId}.`;
      return problem('operatorRoleArns', what, 'Give a role of this account, which operators may assume.');
    });
}

/**
 * Roles that namespaces may use beside the naming convention, which IAM would not let the gateway
 * pass.
 */
function inventoryRolesOutside({ accounts, namespaces }: Inventory, { rolePath = '' }: Settings): Problem[] {
  const home = new Set(accounts.filter(({ roleArn }) => roleArn === null).map(({ accountId }) => accountId));
  const isWithin = pathMatcher(rolePath.split(','));
  return namespaces.flatMap(({ name, roleArns }) =>
    roleArns
      .filter((arn) => home.has(parseRoleArn(arn)?.accountId ?? '') && !isWithin(arn.replace(/^.*?:role\//, '')))
      .map((arn) =>
        problem(
          'rolePath',
          `The inventory allows the namespace ${name} to use ${arn}, which is not within rolePath (${rolePath}).`,
          'Add the path to rolePath, separated by a comma, or move the role.',
        ),
      ),
  );
}

/**
 * A function that would not start, and settings under which tokens would pass without a verified
 * signature or never pass.
 */
function issuerProblems(issuers: string, settings: Settings): Problem[] {
  const { jwtIssuer = '', jwtAudience = '', jwtAuthorizer, jwtVerification } = settings;
  const entries = parseIssuers(issuers);
  const problems: Problem[] = [];
  if (jwtAuthorizer === 'function' && jwtVerification !== 'on') {
    const what = 'jwtAuthorizer is function, but the function does not verify every token.';
    problems.push(problem('jwtVerification', what, 'Set jwtVerification to on.'));
  }
  if (jwtAuthorizer !== 'function' && entries.length > 1) {
    const what = `The package has ${entries.length} issuers, but API Gateway accepts tokens of ${jwtIssuer} only.`;
    problems.push(problem('jwtAuthorizer', what, 'Set jwtAuthorizer to function.'));
  }
  try {
    const verification = jwtVerification as JwtVerification;
    trustedIssuers(entries, { issuer: jwtIssuer, audiences: jwtAudience.split(','), verification });
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    problems.push({ what, where: 'issuers.json', fix: 'Build with your issuers: npm run build -- --issuers FILE.' });
  }
  return problems;
}

/** Tests the part of a role ARN after `role/` against paths with `*` for any characters. */
function pathMatcher(paths: readonly string[]): (role: string) => boolean {
  const patterns = paths.map((path) => {
    const parts = path.split('*').map((part) => part.replace(/[.+=?^$()|[\]\\{}]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`);
  });
  return (role) => patterns.some((pattern) => pattern.test(role));
}
