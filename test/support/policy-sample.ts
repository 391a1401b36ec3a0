import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Association, AssociationSettings, CreateRequest } from '../../src/model/association.ts';
import type { Principal, RequestIdentity } from '../../src/model/principal.ts';
import { settingsOf } from '../../src/model/setting-fields.ts';
import { makeAuthorize } from '../../src/policy/decide/authorize.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import {
  loadCompiledPolicy,
  loadPolicy,
  readInventoryText,
  readPolicySources,
  readRequiredText,
} from '../../src/policy/load.ts';
import type { LoadedPolicy } from '../../src/policy/load.ts';
import type { AuthorizationContext, AuthorizationRequest, Authorize, ListScope } from '../../src/policy/policy.ts';

/** What this test file has loaded, by the content of the folder. */
const loaded = new Map<string, LoadedPolicy>();

/** As `loadPolicy`, once for each content of a folder. */
export function loadPolicyOnce(folder: string, load: (folder: string) => LoadedPolicy = loadPolicy): LoadedPolicy {
  const content = [readPolicySources(folder), readRequiredText(folder), readInventoryText(folder)];
  const key = JSON.stringify(content);
  const policy = loaded.get(key) ?? load(folder);
  loaded.set(key, policy);
  return policy;
}

/**
 * The shipped policies and inventory, loaded once for each test file. The set-up of the tests has compiled them, as a build
 * does; programs without that set-up compile them here.
 */
export function shippedPolicy(): LoadedPolicy {
  const compiled = process.env.COMPILED_POLICIES;
  return compiled === undefined
    ? loadPolicyOnce(join(import.meta.dirname, '../../policies'))
    : loadPolicyOnce(compiled, loadCompiledPolicy);
}

export const shipped = join(import.meta.dirname, '../../policies');

export const alice: Principal = person('alice', 'payments-team');
export const bob: Principal = person('bob', 'search-team');
export const pat: Principal = person('pat', 'platform-admins');

export function person(name: string, ...groups: readonly string[]): Principal {
  return { id: `https://issuer.example#${name}`, kind: 'USER', groups, sessionName: null };
}

export function service(id: string, ...groups: readonly string[]): Principal {
  return { id, kind: 'SERVICE', groups, sessionName: null };
}

export function context(
  principal: Principal,
  more: Partial<Omit<AuthorizationContext, 'identity'> & RequestIdentity> = {},
): AuthorizationContext {
  const {
    actor = null,
    sourceAddress = null,
    onBehalfOf = null,
    hasReason = false,
    now = Date.UTC(2026, 10, 2),
  } = more;
  return {
    identity: { principal, actor, sourceAddress, userAgent: null, apiRequestId: 'test' },
    onBehalfOf,
    hasReason,
    now,
  };
}

/** A request that the shipped policies allow to payments-team, such as alice, and to platform admins only. */
export const request: CreateRequest = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'payments-api',
  roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
  targetRoleArn: null,
  disableSessionTags: false,
  policy: null,
  tags: [{ key: 'team', value: 'payments' }],
};

export function create(change: Partial<CreateRequest> = {}): AuthorizationRequest {
  return { action: 'CreatePodIdentityAssociation', association: { ...request, ...change } };
}

/** The association that the request creates. */
export function association(change: Partial<Association> = {}): Association {
  return {
    ...request,
    associationArn: 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-00000000000000001',
    associationId: 'a-00000000000000001',
    createdAt: '2026-11-02T09:00:00.000Z',
    modifiedAt: '2026-11-02T09:00:00.000Z',
    ownerArn: null,
    externalId: null,
    ...change,
  };
}

/** ARN of an EKS add-on. */
export const addon =
  'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/payments-agent/5ac1e2d0-0000-4000-8000-000000000001';

/** An update that changes the given settings. */
export function update(
  change: Partial<Association> = {},
  changes: Partial<AssociationSettings> = {},
): AuthorizationRequest {
  const before = association(change);
  return {
    action: 'UpdatePodIdentityAssociation',
    association: before,
    becomes: { ...settingsOf(before), ...changes },
  };
}

/** A delete. */
export function remove(change: Partial<Association> = {}): AuthorizationRequest {
  return { action: 'DeletePodIdentityAssociation', association: association(change) };
}

export function adopt(change: Partial<Association> = {}): AuthorizationRequest {
  return { action: 'AdoptPodIdentityAssociation', association: association(change) };
}

export function view(change: Partial<Association> = {}): AuthorizationRequest {
  return { action: 'DescribePodIdentityAssociation', association: association(change) };
}

/** A request to list the associations of a namespace or of a cluster. */
export function listOf(kind: ListScope['kind'], change: Partial<CreateRequest> = {}): AuthorizationRequest {
  const { accountId, region, clusterName, namespace } = { ...request, ...change };
  const place = { accountId, region, clusterName };
  const scope = kind === 'namespace' ? { kind, ...place, namespace } : { kind, ...place };
  return { action: 'ListPodIdentityAssociations', scope };
}

/** A copy of the shipped folder. The test must remove it. */
export function copyOfShipped(): string {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  cpSync(shipped, folder, { recursive: true });
  return folder;
}

/** A copy without the examples, each of which a check compiles with all policies. The test must remove it. */
export function copyWithoutExamples(): string {
  const folder = copyOfShipped();
  rmSync(join(folder, 'examples'), { recursive: true });
  return folder;
}

/** Replaces text in a file. Throws when the file does not contain it. */
export function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(file, text.replace(from, to));
}

export const permitAll = '@id("all") permit (principal, action, resource);';

/** A valid condition that fails at run time. */
export const overflow = 'context.now.offset(duration("9223372036854775807ms")) > context.now';

export const onCreate =
  'forbid (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource is PodIdentity::Association)';

/** A policy that applies under a condition, to test the data that Cedar gets. */
export function forbidWhen(condition: string, effect = 'forbid (principal, action, resource)'): string {
  return `@id("condition") @message("m") @advice("a") ${effect} when { ${condition} };`;
}

/** A policy decision point for these policies, with the shipped schema and inventory. */
export function over(...policies: readonly string[]): { authorize: Authorize; failures: string[] } {
  const failures: string[] = [];
  const { schema } = readPolicySources(shipped);
  const inventory = parseInventory(readInventoryText(shipped));
  const onFailure = (detail: string): number => failures.push(detail);
  const texts = { 'test.cedar': policies.join('\n') };
  return { authorize: makeAuthorize({ schema, policies: texts, inventory, onFailure }), failures };
}
