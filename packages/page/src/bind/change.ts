import type {
  AdoptPodIdentityAssociationInput as AdoptInput,
  CreatePodIdentityAssociationInput as CreateInput,
  DeletePodIdentityAssociationInput as DeleteInput,
  UpdatePodIdentityAssociationInput as UpdateInput,
} from '../../../client/src/generated/operations.ts';
import type {
  BindClustersQuery,
  BindNamespacesQuery,
  BindRolesQuery,
  BoundAssociationQuery,
} from '../generated/bind.ts';
import { kindOf, tagsOf } from './draft.ts';
import type { ChangeKind, Draft } from './draft.ts';

/** A change as it is sent. */
export type Change =
  | { readonly kind: 'create'; readonly input: CreateInput }
  | { readonly kind: 'update'; readonly input: UpdateInput }
  | { readonly kind: 'delete'; readonly input: DeleteInput };

/** A change that was submitted: also an adoption, which has no form. */
export type SentChange = Change | { readonly kind: 'adopt'; readonly input: AdoptInput };

/** The association to change, and when it ends. */
export type Bound = NonNullable<BoundAssociationQuery['podIdentityAssociation']> & {
  readonly expiresAt: string | null;
};

/** A cluster that the person may see. */
export type Cluster = NonNullable<BindClustersQuery['clusters']>['nodes'][number];
/** A namespace of the inventory, or a prefix with `*`. */
export type Namespace = NonNullable<BindNamespacesQuery['namespaces']>['nodes'][number];

/** Roles that are offered. */
export type OfferedRoles = NonNullable<BindRolesQuery['bindableRoles']>;

/**
 * The roles for a kind of change, the permitted ones first. They are judged for a create: an update
 * can't set tags, so a lack of some is not shown for it, and its dry run tells.
 */
export function offeredFor(kind: ChangeKind, roles: OfferedRoles): OfferedRoles {
  const ofUpdate = (role: OfferedRoles[number]): OfferedRoles[number] => {
    const violations = role.violations.filter(({ tagKey }) => tagKey === null);
    const isOpen = role.permission === 'DENIED' && violations.length === 0;
    return { ...role, violations, permission: isOpen ? 'DEPENDS_ON_ROLE' : role.permission };
  };
  const isDenied = ({ permission }: OfferedRoles[number]) => Number(permission === 'DENIED');
  return (kind === 'create' ? roles : roles.map(ofUpdate)).toSorted((one, other) => isDenied(one) - isDenied(other));
}

/** What is filled in, as a change; null while the association to change is not known. */
export function changeOf(draft: Draft, bound: Bound | null, roles: OfferedRoles): Change | null {
  const kind = kindOf(draft);
  if (kind === 'create') return { kind, input: createInput(draft, roles) };
  if (bound === null) return null;
  return kind === 'delete'
    ? { kind, input: associationInput(draft, bound) }
    : { kind, input: { ...associationInput(draft, bound), ...changedFields(draft, bound, roles) } };
}

/** The parameters of the form that changes an association. */
export function boundParams(bound: Omit<Bound, 'expiresAt' | 'ownerArn' | 'tags'>): Draft {
  const { accountId, region, clusterName, namespace, serviceAccount, associationId } = bound;
  return { accountId, region, clusterName, namespace, serviceAccount, associationId };
}

/** The fields of an association, as texts; absent ones have no value. */
export function textsOf(bound: Bound): Draft {
  return {
    roleArn: bound.roleArn,
    ...(bound.targetRoleArn !== null && { targetRoleArn: bound.targetRoleArn }),
    disableSessionTags: String(bound.disableSessionTags ?? false),
    ...(bound.policy !== null && { policy: bound.policy }),
    ...(bound.expiresAt !== null && { expiresAt: bound.expiresAt }),
  };
}

function placeOf({ clusterName = '', accountId, region }: Draft) {
  return { clusterName, ...(accountId && { accountId }), ...(region && { region }) };
}

function createInput(draft: Draft, roles: OfferedRoles): CreateInput {
  const { namespace = '', serviceAccount = '', targetRoleArn, policy, expiresAt, reason } = draft;
  const tags = tagsOf(draft.tags).filter(({ key, value }) => key !== '' || value !== '');
  return {
    ...placeOf(draft),
    namespace,
    serviceAccount,
    roleArn: completedRole(draft.roleArn ?? '', roles),
    ...(tags.length > 0 && { tags }),
    ...(targetRoleArn && { targetRoleArn }),
    ...(draft.disableSessionTags === 'true' && { disableSessionTags: true }),
    ...(policy && { policy }),
    ...(expiresAt && { expiresAt }),
    ...(draft.ifExists === 'ADOPT' && { ifExists: 'ADOPT' as const }),
    ...(draft.expectedRevision && { expectedRevision: Number(draft.expectedRevision) }),
    ...(reason && { reason }),
  };
}

/** The association as it was shown: one that others have changed since is not changed. */
function associationInput(draft: Draft, { associationId, modifiedAt }: Bound): DeleteInput {
  const { reason } = draft;
  return { ...placeOf(draft), associationId, expectedModifiedAt: modifiedAt, ...(reason && { reason }) };
}

function changedFields(draft: Draft, bound: Bound, roles: OfferedRoles): Partial<UpdateInput> {
  const was = textsOf(bound);
  const cleared = (text: string | undefined) => (text === '' || text === undefined ? null : text);
  const isChanged = (name: keyof Draft) => draft[name] !== undefined && draft[name] !== (was[name] ?? '');
  const roleArn = completedRole(draft.roleArn ?? '', roles);
  return {
    ...(isChanged('roleArn') && roleArn !== bound.roleArn && { roleArn }),
    ...(isChanged('targetRoleArn') && { targetRoleArn: cleared(draft.targetRoleArn) }),
    ...(isChanged('disableSessionTags') && { disableSessionTags: draft.disableSessionTags === 'true' }),
    ...(isChanged('policy') && { policy: cleared(draft.policy) }),
    ...(isChanged('expiresAt') && { expiresAt: cleared(draft.expiresAt) }),
  };
}

/**
 * A role that is typed by its name alone: the offered one of that name, or the one at the path of
 * the naming convention.
 */
export function completedRole(typed: string, roles: OfferedRoles): string {
  if (!/^[\w+=,.@-]{1,64}$/.test(typed)) return typed;
  const named = roles.find(({ roleArn }) => roleArn.endsWith(`/${typed}`));
  const path = roles.find(({ roleArn }) => roleArn.endsWith('*'));
  return named?.roleArn ?? path?.roleArn.replace(/\*$/, () => typed) ?? typed;
}
