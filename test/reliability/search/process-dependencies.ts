import { defaultDescribeLimits, defaultRequestLimits } from '../../../src/operations/terms/dependencies.ts';
import type { Dependencies } from '../../../src/operations/terms/dependencies.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type { AuthorizationRequest } from '../../../src/policy/policy.ts';
import { approvalLimits, askingForDeletes, policiesThatAsk } from './asked-needs.ts';
import type { Environment } from './environment.ts';
import { home, times } from './home.ts';
import type { Judgement } from './asked-needs.ts';
import { gatedApprovals, gatedEks, gatedLedger, gatedReads } from './ports.ts';
import type { Process } from './processes.ts';

/**
 * The dependencies of one process: the real operations use the real ledger, and each port call takes a turn. `judgement` is what the
 * policies say that were in force when it began.
 */
export function dependenciesOf(
  environment: Environment,
  process: Process,
  { allows, asking, deletes, denied = null }: Judgement,
): Dependencies {
  const { clock, ulid, scenario, bursts } = environment;
  const eks = gatedEks(environment, process);
  return {
    ledger: gatedLedger(environment, process),
    authorize: ({ identity }, request) => {
      if (isRead(request)) return allow;
      if (request.action === 'ApproveRequest')
        return identity.principal.id !== denied && identity.principal.groups.includes(request.approval.group)
          ? allow
          : deny;
      // A create of bob may not adopt what exists.
      if (request.action === 'AdoptPodIdentityAssociation' && isCreateOfBob(process)) return deny;
      if (request.action === 'DeletePodIdentityAssociation' && deletes !== undefined && allows) {
        // A create that may not adopt is not denied.
        if (isCreate(process)) return deny;
        process.attempt.judged = request.association.modifiedAt;
        process.attempt.isDenied = deletes === 'forbidden';
        if (deletes === 'held') process.attempt.asking = askingForDeletes;
        return deletes === 'held' ? allowedBy(askingForDeletes) : deny;
      }
      const roles = 'roles' in request ? request.roles : undefined;
      const arn = scenario.readsRoles && allows && !roles ? requestedRole(request) : null;
      const allowed = allows && !roles?.some(({ kind }) => kind === 'failed');
      process.attempt.isDenied = !allowed;
      // An adoption asks about a create too, after it was judged.
      process.attempt.judged = existingModifiedAt(request) ?? process.attempt.judged;
      if (arn !== null) return { ...deny, unknownRoles: [arn] };
      return allowed ? allowedBy(asking) : deny;
    },
    preauthorize: () => null,
    recordPrincipal: (principal) => ({ ...principal, otherGroups: null }),
    knownPrincipals: { services: [], permissionSets: [] },
    eksFor: ({ clusterName }) => (clusterName === bursts.clusterName ? bursts.eks(eks) : eks),
    serves: () => true,
    clock: clock[process.attempt.clock],
    ulid,
    home,
    times,
    storesUntil: () => ({}),
    sleep: () => Promise.resolve(),
    associations: gatedReads(environment, process),
    approvals: gatedApprovals(environment, process),
    approvalLimits,
    describeLimits: defaultDescribeLimits,
    lockMemory: environment.lockMemory,
    cursorKeyMemory: {},
    requestLimits: defaultRequestLimits,
    recordTrailReads: false,
    preflight: scenario.readsRoles ? 'changes' : 'off',
    preflightRoles: scenario.readsRoles,
    decisionKey: () => null,
    comparedGroups: () => [],
    deniesEveryUpdateOf: () => () => false,
    directory: {
      clusters: [],
      namespacesOf: () => [],
      ownedNamespaceIn: () => null,
      rolePaths: [],
      isRoleOf: () => true,
    },
    about: {
      version: 'test',
      policySetHash: '',
      inventoryHash: '',
      deployedAt: null,
      policyVersion: null,
      pageUrl: null,
    },
    policyTexts: null,
    log: () => undefined,
  };
}

const isRead = ({ action }: AuthorizationRequest) =>
  action === 'DescribePodIdentityAssociation' || action === 'ListPodIdentityAssociations';

function isCreate({ attempt: { identity } }: Process): boolean {
  return identity?.split(' ')[1] === 'create';
}

function isCreateOfBob({ attempt: { identity } }: Process): boolean {
  return identity?.startsWith('bob create ') ?? false;
}

/** `modifiedAt` of the association that a request changes; null for a create. */
function existingModifiedAt(request: AuthorizationRequest): string | null {
  switch (request.action) {
    case 'UpdatePodIdentityAssociation':
    case 'DeletePodIdentityAssociation':
    case 'AdoptPodIdentityAssociation':
    case 'TagPodIdentityAssociation':
    case 'UntagPodIdentityAssociation':
      return request.association.modifiedAt;
    case 'CreatePodIdentityAssociation':
    case 'DescribePodIdentityAssociation':
    case 'ListPodIdentityAssociations':
    case 'ReadAuditTrail':
    case 'ApproveRequest':
      return null;
  }
}

/** The role whose attributes policy uses; null for a delete. */
function requestedRole(request: AuthorizationRequest): string | null {
  if (request.action === 'CreatePodIdentityAssociation') return request.association.roleArn;
  return request.action === 'UpdatePodIdentityAssociation' ? request.becomes.roleArn : null;
}

const decision: Omit<Decision, 'allowed' | 'violations' | 'policyIds'> = {
  failed: false,
  policySetHash: '0'.repeat(64),
  inventoryHash: '0'.repeat(64),
  now: 0,
  slice: { cluster: null, namespace: null, services: [], timeZone: 'UTC' },
};
const allow: Decision = { ...decision, allowed: true, policyIds: ['scenario'], violations: [] };
const violation = { policyId: 'scenario', message: 'Denied by the scenario.', advice: null };
const deny: Decision = { ...decision, allowed: false, policyIds: ['scenario'], violations: [violation] };

/** The judgement of a process that sends no request. */
export const whatPermitsAll: Judgement = { allows: true, asking: 'nothing' };

/** The decision on a permitted request: allowed, or once it is approved. */
function allowedBy(asking: Judgement['asking']): Decision {
  const { needs, timeZone } = policiesThatAsk[asking];
  const slice = { ...decision.slice, timeZone };
  if (needs.length === 0) return { ...allow, slice };
  const policyIds = needs.map(({ policyId }) => policyId);
  return { ...decision, allowed: false, policyIds, violations: [...needs], needs, slice };
}
