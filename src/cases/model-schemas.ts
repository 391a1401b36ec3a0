// Schemas of the model's types, as case files and audit entries hold them. Optional fields have a
// default.
import * as v from 'valibot';
import type { ApprovalNeed, UsedApproval } from '../model/approval-vote.ts';
import type { Association, AssociationSettings, CreateRequest } from '../model/association.ts';
import type { InventorySlice, RoleAttributes } from '../model/decision.ts';
import type { OperationKind } from '../model/operation.ts';
import type { Principal, RecordedPrincipal } from '../model/principal.ts';
import { isTimeZone } from '../policy/inventory/calendar.ts';
import { parseTimestamp } from '../validation/timestamps.ts';
import {
  anyText,
  atLeast,
  exactly,
  fields,
  flag,
  list,
  oneKindOf,
  oneOf,
  strictFields,
  text,
  wholeNumber,
} from '../policy/inventory/json.ts';
import type { SettingName } from '../model/setting-fields.ts';
import type { ApprovalSubject, AuthorizationRequest } from '../policy/policy.ts';

/** A schema whose output is a type of the model. */
type SchemaOf<T> = v.GenericSchema<unknown, T>;

const nullableText = v.nullish(anyText, null);

const clusterFields = { accountId: text(), region: text(), clusterName: text() };

const targetFields = { ...clusterFields, namespace: text(), serviceAccount: text() };

/**
 * The settings of a create, and of an association after an update: an absent one has its default.
 */
const settingSchemas = {
  roleArn: text(),
  targetRoleArn: nullableText,
  disableSessionTags: v.nullish(flag, false),
  policy: nullableText,
} as const satisfies Record<SettingName, v.GenericSchema>;

/** The settings of an update: an absent one is kept. */
const changeSchemas = {
  roleArn: v.exactOptional(text()),
  targetRoleArn: v.exactOptional(v.nullable(anyText)),
  disableSessionTags: v.exactOptional(flag),
  policy: v.exactOptional(v.nullable(anyText)),
} as const satisfies Record<SettingName, v.GenericSchema>;

/** Tags; absent: none. */
export const tags = v.nullish(list(exactly({ key: text(), value: anyText })), []);

const principalFields = {
  id: text(),
  kind: oneOf('USER', 'SERVICE'),
  groups: v.nullish(list(text()), []),
  sessionName: nullableText,
};

/** A principal. */
export const principal: SchemaOf<Principal> = exactly(principalFields);

/** A principal of an audit entry. */
export const recordedPrincipal: SchemaOf<RecordedPrincipal> = atLeast({
  ...principalFields,
  otherGroups: v.nullish(atLeast({ count: wholeNumber, sha256: text() }), null),
});

const time = text('a time such as "2026-11-02T17:00:00Z"', (value) => parseTimestamp(value) !== null);

const createFields = { ...targetFields, ...settingSchemas, tags, expiresAt: v.exactOptional(time) };

/** The create request of a case: what policies see of it. */
const createRequest: SchemaOf<CreateRequest> = exactly(createFields);

/** The create request of an audit entry, which can have more. */
export const recordedCreateRequest: SchemaOf<CreateRequest> = atLeast(createFields);

/** The expiry that an update sets; null clears it. */
export const changedExpiry: SchemaOf<string | null> = v.nullable(time);

/** The settings that an update changes. Null clears a setting; an absent one is kept. */
export const changes: SchemaOf<Partial<AssociationSettings>> = atLeast(changeSchemas);

/** All settings of an association after an update. */
const updatedSettings: SchemaOf<AssociationSettings> = exactly(settingSchemas);

/** An association. Its IDs and times are optional: policies don't use them. */
export const association: SchemaOf<Association> = exactly({
  ...targetFields,
  ...settingSchemas,
  tags,
  disableSessionTags: v.nullish(flag, null),
  associationArn: v.nullish(anyText, ''),
  associationId: v.nullish(anyText, ''),
  createdAt: v.nullish(anyText, ''),
  modifiedAt: v.nullish(anyText, ''),
  ownerArn: nullableText,
  externalId: nullableText,
});

const placeScopes = [
  strictFields({ kind: v.literal('namespace'), ...clusterFields, namespace: text() }),
  strictFields({ kind: v.literal('cluster'), ...clusterFields }),
] as const;

const listScope = oneKindOf('kind', placeScopes);

const trailScope = oneKindOf('kind', [
  ...placeScopes,
  strictFields({ kind: v.literal('principal'), principal }),
  strictFields({ kind: v.literal('gateway') }),
]);

const operationKinds: Readonly<Record<OperationKind, true>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: true,
  UPDATE_POD_IDENTITY_ASSOCIATION: true,
  DELETE_POD_IDENTITY_ASSOCIATION: true,
  ADOPT_POD_IDENTITY_ASSOCIATION: true,
  TAG_POD_IDENTITY_ASSOCIATION: true,
  UNTAG_POD_IDENTITY_ASSOCIATION: true,
};

/** What a vote is about. */
const approvalSubject: SchemaOf<ApprovalSubject> = exactly({
  target: exactly(targetFields),
  operation: oneOf(...(Object.keys(operationKinds) as OperationKind[])),
  group: text(),
  requested: exactly({ principal, actor: v.nullish(principal, null), onBehalfOf: nullableText }),
});

/** An authorization request. */
export const request: SchemaOf<AuthorizationRequest> = oneKindOf('action', [
  strictFields({ action: v.literal('CreatePodIdentityAssociation'), association: createRequest }),
  strictFields({
    action: v.literal('UpdatePodIdentityAssociation'),
    association,
    becomes: updatedSettings,
    expiresAt: v.exactOptional(changedExpiry),
  }),
  strictFields({ action: v.literal('DeletePodIdentityAssociation'), association }),
  strictFields({ action: v.literal('AdoptPodIdentityAssociation'), association }),
  strictFields({ action: v.literal('TagPodIdentityAssociation'), association, tagsAfter: tags }),
  strictFields({ action: v.literal('UntagPodIdentityAssociation'), association, tagsAfter: tags }),
  strictFields({ action: v.literal('DescribePodIdentityAssociation'), association }),
  strictFields({ action: v.literal('ListPodIdentityAssociations'), scope: listScope }),
  strictFields({ action: v.literal('ReadAuditTrail'), scope: trailScope }),
  strictFields({ action: v.literal('ApproveRequest'), approval: approvalSubject }),
]);

/** What a request needs to be approved. */
export const approvalNeed: SchemaOf<ApprovalNeed> = atLeast({
  policyId: text(),
  policyHash: text(),
  message: text(),
  advice: nullableText,
  group: text(),
  count: wholeNumber,
  operation: v.exactOptional(v.literal('DELETE_POD_IDENTITY_ASSOCIATION')),
});

/** The approval that a recorded decision used. */
export const usedApproval: SchemaOf<UsedApproval> = atLeast({
  approvalId: text(),
  votes: list(
    atLeast({
      principal: recordedPrincipal,
      actor: v.nullish(recordedPrincipal, null),
      vote: oneOf('APPROVE', 'REJECT'),
      policyIds: list(text()),
      comment: nullableText,
      isOwnRequest: flag,
      time: text(),
    }),
  ),
});

/** A role of a case. */
export const caseRole: SchemaOf<RoleAttributes> = v.pipe(
  exactly({ arn: text(), exists: v.nullish(flag, true), tags, permissionsBoundary: nullableText }),
  v.transform(({ exists, arn, ...attributes }): RoleAttributes =>
    exists ? { arn, kind: 'found', ...attributes } : { arn, kind: 'absent' },
  ),
);

/** A role of an audit entry. */
export const recordedRole: SchemaOf<RoleAttributes> = oneKindOf('kind', [
  fields({ kind: v.literal('found'), arn: text(), tags, permissionsBoundary: nullableText }),
  fields({ kind: v.literal('absent'), arn: text() }),
  fields({ kind: v.literal('failed'), arn: text(), reason: text() }),
]);

/** The slice of the inventory that a decision used. */
export const inventorySlice: SchemaOf<InventorySlice> = atLeast({
  cluster: v.nullish(
    atLeast({
      ...clusterFields,
      environment: text(),
      production: flag,
      targetRoleAccounts: list(text()),
    }),
    null,
  ),
  namespace: v.nullish(
    atLeast({ name: text(), owners: list(text()), system: flag, rolePaths: list(text()), roleArns: list(text()) }),
    null,
  ),
  services: list(atLeast({ id: text(), groups: list(text()), mayNamePeople: flag })),
  person: v.exactOptional(atLeast({ id: text(), groups: list(text()) })),
  timeZone: text('the name of a time zone', isTimeZone),
  roles: v.exactOptional(list(recordedRole)),
  requestedFor: v.exactOptional(text()),
  requestedForGroups: v.exactOptional(list(text())),
});
