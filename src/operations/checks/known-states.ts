import type { AssociationReads } from '../../ledger/association-history.ts';
import type { AssociationState } from '../../ledger/association-state.ts';
import { associationKeyOf, clusterKeyOf } from '../../ledger/stored/keys.ts';
import type { AssociationTarget, ClusterRef } from '../../model/association.ts';
import type { OperationKind, RequestOf } from '../../model/operation.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import type { Preauthorize } from '../../policy/policy.ts';
import type { Clock } from '../../runtime/clock.ts';
import { resolveCluster } from '../../validation/names.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import type { InputOf } from '../terms/admission.ts';
import { operationOf } from '../kinds/operations.ts';

/** A change to check, with the name that its input has in the request. */
export type ChangeToCheck = {
  readonly [Kind in OperationKind]: { readonly kind: Kind; readonly name: string; readonly input: InputOf[Kind] };
}[OperationKind];

/** The states that changes are about. */
export interface KnownStates {
  readonly ofTarget: (target: AssociationTarget) => AssociationState | null;
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
  const byId = new Map(
    states.flatMap((state) => {
      const ids = [state.confirmed?.association.associationId, state.observed?.association?.associationId];
      return ids.flatMap((id) => (id === undefined ? [] : [[id, state] as const]));
    }),
  );
  return {
    ofTarget: (target) => byKey.get(associationKeyOf(target)) ?? null,
    ofAssociation: (associationId) => byId.get(associationId) ?? null,
  };
}

/** What a change is about. */
type Subject =
  | { readonly kind: 'serviceAccount'; readonly target: AssociationTarget }
  | { readonly kind: 'association'; readonly cluster: ClusterRef; readonly associationId: string };

function subjectOf<Kind extends OperationKind>(
  permissions: Permissions,
  identity: RequestIdentity,
  change: { readonly kind: Kind; readonly input: InputOf[Kind] },
): Subject | null {
  const validated = operationOf<Kind>(change.kind).validate(change.input, permissions.home);
  if (validated.kind === 'invalid' || !mayBePermitted(permissions, identity, change)) return null;
  return subjects[change.kind](validated.request);
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

/** Whether policy may permit the principal the operation somewhere in the cluster. */
export function mayBePermitted<Kind extends OperationKind>(
  { preauthorize, home, clock }: Permissions,
  identity: RequestIdentity,
  { kind, input }: { readonly kind: Kind; readonly input: InputOf[Kind] },
): boolean {
  const { onBehalfOf, reason } = operationOf<Kind>(kind).validate(input, home);
  const authorization = { identity, onBehalfOf, hasReason: reason !== null, isDryRun: true, now: clock() };
  return preauthorize(authorization, operationOf<Kind>(kind).action, resolveCluster(input, home)) === null;
}
