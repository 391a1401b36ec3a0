import type { AssociationReads } from '../../ledger/association-history.ts';
import type { AssociationState } from '../../ledger/association-state.ts';
import { associationKeyOf, clusterKeyOf } from '../../ledger/stored/keys.ts';
import type { Association, AssociationTarget, ClusterRef, Tag } from '../../model/association.ts';
import type { AuditContext } from '../../model/audit.ts';
import type { Decision } from '../../model/decision.ts';
import type { OperationKind, RequestOf } from '../../model/operation.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import type { AssociationAction, Preauthorize } from '../../policy/policy.ts';
import type { Clock } from '../../runtime/clock.ts';
import { resolveCluster } from '../../validation/names.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import { validated } from '../ensure/request.ts';
import type { EnsureCall } from '../ensure/request.ts';
import type { InputOf } from '../terms/admission.ts';
import { operationOf } from '../kinds/operations.ts';
import { anyAssociation, hiddenFrom } from '../terms/hidden.ts';
import type { StateAuthorizer } from '../terms/judge-expiry.ts';

/** A change to check, with the name that its input has in the request. */
export type ChangeToCheck = RequestToCheck | DesiredToCheck;

/** The request of one change. */
export type RequestToCheck = {
  readonly [Kind in OperationKind]: { readonly kind: Kind; readonly name: string; readonly input: InputOf[Kind] };
}[OperationKind];

/** A desired state: what was observed decides which change it needs. */
interface DesiredToCheck extends Pick<EnsureCall, 'input'> {
  readonly kind: 'ENSURE';
  readonly name: 'ensure' | 'ensureNo';
}

/** The states that changes are about. */
export interface KnownStates {
  readonly ofTarget: (target: AssociationTarget) => AssociationState | null;
  /** Takes in that an association has these tags: those after a change that is checked before. */
  readonly setTags: (associationId: string, tags: readonly Tag[]) => void;
  /** That of the service account whose last association this is. */
  readonly ofAssociation: (associationId: string) => AssociationState | null;
}

/** What tells whether policy may permit a principal a change. */
export interface Permissions {
  readonly preauthorize: Preauthorize;
  /** Account and region of changes that name none. */
  readonly home: ClusterDefaults;
  readonly clock: Clock;
}

interface StateReads extends Permissions {
  /** Null in a function that checks no changes. */
  readonly associations: AssociationReads | null;
}

/**
 * Reads the states of the changes that are valid and may be permitted: one batch, after one query
 * for each cluster in which they name associations.
 */
export async function knownStates(
  { associations, ...permissions }: StateReads,
  identity: RequestIdentity,
  changes: readonly ChangeToCheck[],
): Promise<KnownStates> {
  if (associations === null) throw new Error('This function does not read the states of associations.');
  const subjects = changes.flatMap((change) => subjectOf(permissions, identity, change) ?? []);
  const named = subjects.flatMap((subject) => (subject.kind === 'association' ? [subject] : []));
  const found = await Promise.all(
    [...Map.groupBy(named, ({ cluster }) => clusterKeyOf(cluster)).values()].flatMap((ofCluster) => {
      const [first] = ofCluster;
      if (!first) return [];
      return associations.targetsOfAssociations(
        first.cluster,
        ofCluster.map(({ associationId }) => associationId),
      );
    }),
  );
  const targets = [
    ...subjects.flatMap((subject) => (subject.kind === 'serviceAccount' ? [subject.target] : [])),
    ...found.flat(),
  ];
  const distinct = [...new Map(targets.map((target) => [associationKeyOf(target), target])).values()];
  const read = distinct.length === 0 ? [] : await associations.getAssociationStates(distinct);
  const states = read.filter((state) => state !== null);
  const byKey = new Map(states.map((state) => [associationKeyOf(state.target), state]));
  const targetsById = new Map(
    states.flatMap((state) => {
      const ids = [state.confirmed?.association.associationId, state.observed?.association?.associationId];
      return ids.flatMap((id) => (id === undefined ? [] : [[id, state.target] as const]));
    }),
  );
  const ofTarget = (target: AssociationTarget) => byKey.get(associationKeyOf(target)) ?? null;
  const ofAssociation = (associationId: string) => {
    const target = targetsById.get(associationId);
    return target === undefined ? null : ofTarget(target);
  };
  return {
    ofTarget,
    ofAssociation,
    setTags: (associationId, tags) => {
      const state = ofAssociation(associationId);
      if (state !== null) byKey.set(associationKeyOf(state.target), withTags(state, associationId, tags));
    },
  };
}

/** The state, in which an association has other tags. */
function withTags(state: AssociationState, associationId: string, tags: readonly Tag[]): AssociationState {
  const { confirmed, observed, tags: known } = state;
  const tagged = (association: Association) =>
    association.associationId === associationId ? { ...association, tags } : association;
  return {
    ...state,
    confirmed: confirmed && { ...confirmed, association: tagged(confirmed.association) },
    observed: observed && { ...observed, association: observed.association && tagged(observed.association) },
    ...(known?.associationId === associationId && { tags: { ...known, tags } }),
  };
}

/** What a change is about. */
type Subject =
  | { readonly kind: 'serviceAccount'; readonly target: AssociationTarget }
  | { readonly kind: 'association'; readonly cluster: ClusterRef; readonly associationId: string };

function subjectOf(permissions: Permissions, identity: RequestIdentity, change: ChangeToCheck): Subject | null {
  if (!mayBePermitted(permissions, identity, change)) return null;
  if (change.kind !== 'ENSURE') return subjectOfRequest(permissions, change);
  const desired = validated(change, permissions);
  return desired.kind === 'valid' ? { kind: 'serviceAccount', target: desired.request.target } : null;
}

function subjectOfRequest<Kind extends OperationKind>(
  { home }: Permissions,
  change: { readonly kind: Kind; readonly input: InputOf[Kind] },
): Subject | null {
  const valid = validatedRequest(change, home);
  return valid.kind === 'valid' ? subjects[change.kind](valid.request) : null;
}

const ofAssociation = ({ associationId, ...request }: ClusterRef & { readonly associationId: string }): Subject => {
  const { accountId, region, clusterName } = request;
  return { kind: 'association', cluster: { accountId, region, clusterName }, associationId };
};

const subjects: { readonly [Kind in OperationKind]: (request: RequestOf[Kind]) => Subject } = {
  CREATE_POD_IDENTITY_ASSOCIATION: (target) => ({ kind: 'serviceAccount', target }),
  UPDATE_POD_IDENTITY_ASSOCIATION: ofAssociation,
  DELETE_POD_IDENTITY_ASSOCIATION: ofAssociation,
  ADOPT_POD_IDENTITY_ASSOCIATION: ofAssociation,
  TAG_POD_IDENTITY_ASSOCIATION: ofAssociation,
  UNTAG_POD_IDENTITY_ASSOCIATION: ofAssociation,
};

/**
 * Whether policy may permit the principal the change somewhere in the cluster; or, as a desired state
 * depends on it, a view of what there is.
 */
export function mayBePermitted(permissions: Permissions, identity: RequestIdentity, change: ChangeToCheck): boolean {
  const { preauthorize, home, clock } = permissions;
  const { onBehalfOf, reason } = metadataOf(permissions, change);
  const authorization = { identity, onBehalfOf, hasReason: reason !== null, isDryRun: true, now: clock() };
  const cluster = resolveCluster(change.input, home);
  return actionsOf(change).some((action) => preauthorize(authorization, action, cluster) === null);
}

/** Who sends the change, and why, as far as that is valid. */
export function metadataOf({ home }: Pick<Permissions, 'home'>, change: ChangeToCheck) {
  return change.kind === 'ENSURE' ? validated(change, { home }) : validatedRequest(change, home);
}

/** The request of one change, validated. */
export function validatedRequest<Kind extends OperationKind>(
  { kind, input }: { readonly kind: Kind; readonly input: InputOf[Kind] },
  home: ClusterDefaults,
) {
  return operationOf<Kind>(kind).validate(input, home);
}

function actionsOf({ kind, name }: ChangeToCheck): readonly AssociationAction[] {
  if (kind !== 'ENSURE') return [operationOf(kind).action];
  const change = name === 'ensure' ? 'CreatePodIdentityAssociation' : 'DeletePodIdentityAssociation';
  return [change, 'DescribePodIdentityAssociation'];
}

/**
 * The revision of a service account, as far as the principal may know it. Evaluates policy as often
 * whether it has an association or not.
 */
export function shownRevision(
  authorizer: StateAuthorizer,
  identity: RequestIdentity,
  decision: Decision | null,
  target: AuditContext['target'],
  states: KnownStates,
): number {
  if (target === null) return 0;
  const state = states.ofTarget(target);
  const isPermitted = decision !== null && (decision.allowed || decision.needs !== undefined);
  const isShown = isPermitted && decision.onlyAsDryRun !== true;
  if (isShown) return state?.publicRevision ?? 0;
  const known = state?.observed?.association ?? state?.confirmed?.association ?? { ...anyAssociation, ...target };
  return hiddenFrom(authorizer, { identity, now: authorizer.clock() }, known) === null
    ? (state?.publicRevision ?? 0)
    : 0;
}
