import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readInventoryText } from '../../src/policy/load.ts';
import { copyOfShipped, shipped } from '../support/policy-sample.ts';

/** Policies that each permit creates in one namespace, to a group of their own. */
export function teamPolicies(count: number): string {
  const policies = numbers(count).map(
    (team) => `@id("team-${team}")
permit (
  principal in PodIdentity::Group::"deployers-${team}",
  action == PodIdentity::Action::"CreatePodIdentityAssociation",
  resource
)
when { resource.namespace.name == "team-${team}" };`,
  );
  return policies.join('\n\n');
}

/** The shipped inventory with that many further namespaces, each with an owner of its own. */
export function teamInventory(count: number): string {
  const shippedInventory = JSON.parse(readInventoryText(shipped)) as { readonly namespaces: readonly object[] };
  const more = numbers(count).map((team) => ({ name: `team-${team}`, owners: [`owners-${team}`] }));
  return JSON.stringify({ ...shippedInventory, namespaces: [...shippedInventory.namespaces, ...more] }, null, 1);
}

/**
 * A copy of the shipped policies with as many policies about single namespaces, a case for each, and `large-inventory.json`. The cases use
 * the shipped inventory, as those of a deployment would.
 */
export function folderOfTeams(policies: number, namespaces: number): string {
  const folder = copyOfShipped();
  if (policies > 0) writeFileSync(join(folder, 'teams.cedar'), teamPolicies(policies));
  writeFileSync(join(folder, largeInventoryFile), teamInventory(namespaces));
  for (const team of numbers(policies)) {
    const file = join(folder, 'cases', 'allow', `team-${team}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, caseOf(team));
  }
  return folder;
}

/** The inventory of the deployment in {@link folderOfTeams}. */
const largeInventoryFile = 'large-inventory.json';

function caseOf(team: number): string {
  const owners = JSON.parse(readFileSync(join(shipped, 'cases/allow/owner-creates.json'), 'utf8')) as {
    readonly request: { readonly association: object };
  };
  const namespace = `team-${team}`;
  const roleArn = `arn:aws:iam::111122223333:role/pods/${namespace}/api`;
  const tags = [{ key: 'team', value: namespace }];
  return JSON.stringify({
    description: 'A deployer of the team may bind a role.',
    context: { principal: { id: 'https://issuer.example#dana', kind: 'USER', groups: [`deployers-${team}`] } },
    request: { ...owners.request, association: { ...owners.request.association, namespace, roleArn, tags } },
    policyIds: [namespace],
  });
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
