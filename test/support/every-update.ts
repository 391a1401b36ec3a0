import type { Association, AssociationSettings } from '../../src/model/association.ts';
import { settingsOf } from '../../src/model/setting-fields.ts';
import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { makeDeniesEveryUpdate } from '../../src/policy/decide/every-update.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText } from '../../src/policy/load.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import type { PolicySources } from '../../src/policy/policies/compile.ts';
import type { AuthorizationContext } from '../../src/policy/policy.ts';
import { addon, alice, association, bob, context, pat, person, service, shipped } from './policy-sample.ts';

const inventory = parseInventory(readInventoryText(shipped));

/** Judges by some policies, and searches for an update that they permit, if only after approvals. */
export function updatesUnder(sources: PolicySources) {
  const policySet = compilePolicies(sources);
  const authorize = authorizeWith(makeEngine(policySet), inventory);
  const failures: string[] = [];
  const deniesEvery = makeDeniesEveryUpdate(policySet, inventory, (detail) => failures.push(detail));
  const decide = (who: AuthorizationContext, of: Association, changes: Changes = {}) => {
    const { expiresAt, ...settings } = changes;
    const becomes = { ...settingsOf(of), ...settings };
    const request = { action: 'UpdatePodIdentityAssociation', association: of, becomes } as const;
    return authorize(who, expiresAt === undefined ? request : { ...request, expiresAt });
  };
  const isPermitted = (...asked: Parameters<typeof decide>) => {
    const { allowed, needs, unknownRoles } = decide(...asked);
    return allowed || needs !== undefined || unknownRoles !== undefined;
  };
  return {
    failures,
    mayUpdate: (who: AuthorizationContext, of: Association) => {
      const request = { action: 'UpdatePodIdentityAssociation', association: of, becomes: settingsOf(of) } as const;
      return isPermitted(who, of) || !deniesEvery(who, request, decide(who, of));
    },
    isSomePermitted: (who: AuthorizationContext, of: Association) =>
      changesOf(of, who.now).some((changes) => isPermitted(who, of, changes)),
  };
}

type Changes = Partial<AssociationSettings> & { readonly expiresAt?: string | null };

/** Updates to what policy is most likely to permit, and the one that changes nothing. */
function changesOf({ namespace, serviceAccount }: Association, now: number): readonly Changes[] {
  const role = (name: string) => `arn:aws:iam::111122223333:role/pods/${namespace}/${name}`;
  const plain = { targetRoleArn: null, policy: null };
  const ends = { expiresAt: new Date(now + 3_600_000).toISOString() };
  const roles = [{}, { roleArn: role('api') }, { roleArn: role(`${namespace}-${serviceAccount}`) }];
  return roles.flatMap((one) => [one, { ...one, ...plain }, { ...one, ...plain, ...ends }]);
}

const monday = Date.UTC(2026, 10, 2, 13);
const friday = Date.UTC(2026, 10, 6, 13);
const people = [
  alice,
  bob,
  pat,
  person('carol'),
  person('olivia', 'auditors'),
  person('paul', 'planners'),
  service('https://issuer.example#chatops'),
  service('iam:111122223333:role/ci-deployer', 'production-by-approval'),
];
const contexts = [
  ...people.map((one) => context(one, { now: monday, hasReason: true })),
  ...[alice, pat].map((one) => context(one, { now: friday, hasReason: true })),
];

const session = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
const states: readonly Partial<Association>[] = [
  {},
  { ownerArn: addon },
  { roleArn: 'arn:aws:iam::999999999999:role/Admin' },
  { targetRoleArn: 'arn:aws:iam::123456789012:role/aws-reserved/Admin' },
  { policy: session, disableSessionTags: false },
  { policy: 'not JSON', disableSessionTags: true },
];
const inClusters = (...fields: readonly Partial<Association>[]) =>
  ['apps-dev', 'apps-prod'].flatMap((clusterName) => fields.map((one) => association({ ...one, clusterName })));
const associations = [
  association({ clusterName: 'apps-none' }),
  ...inClusters(
    ...states,
    { serviceAccount: 'default' },
    { namespace: 'search' },
    { namespace: 'kube-system', serviceAccount: 'karpenter' },
    { namespace: 'kube-system', serviceAccount: 'api' },
  ),
];

/**
 * The associations for which `deniesEveryUpdate` says otherwise than a search for an update
 * that is permitted, with whom it was asked about; and what failed.
 */
export function wronglyJudged(sources: PolicySources) {
  const { mayUpdate, isSomePermitted, failures } = updatesUnder(sources);
  const differing = contexts.flatMap((who) =>
    associations
      .filter((of) => mayUpdate(who, of) !== isSomePermitted(who, of))
      .map((of) => [who.identity.principal.id, of.clusterName, of.namespace, of.serviceAccount, of.ownerArn]),
  );
  return { differing, failures };
}
