import type { Association, AssociationSettings, CreateRequest } from '../model/association.ts';
import type { InventorySlice } from '../model/decision.ts';
import type { Principal } from '../model/principal.ts';
import { choice, flag, list, object, oneOf, optional, part, partial, text } from './json.ts';
import type { Reader } from './json.ts';
import type { ListScope, AuthorizationRequest, TrailScope } from './policy.ts';

// Shapes of the model as they stand in case files and in entries of the trail. What may be left out has a default.

const anyText = text(/^/, 'a string');
const nullableText = optional(anyText, null);

const clusterFields = { accountId: text(), region: text(), clusterName: text() };

const targetFields = { ...clusterFields, namespace: text(), serviceAccount: text() };

const settingFields = { roleArn: text(), targetRoleArn: nullableText, policy: nullableText };

const tags = optional(list(object({ key: text(), value: anyText })), []);

/** A principal. */
export const principal: Reader<Principal> = object({
  id: text(),
  kind: oneOf<Principal['kind']>('USER', 'SERVICE'),
  groups: optional(list(text()), []),
  sessionName: nullableText,
});

/** A canonical create request. */
export const createRequest: Reader<CreateRequest> = object({
  ...targetFields,
  ...settingFields,
  tags,
  disableSessionTags: optional(flag, false),
});

/** What an update changes. Null clears; what is not there stays. */
export const changes: Reader<Partial<AssociationSettings>> = partial({ ...settingFields, disableSessionTags: flag });

/** All settings that an update leaves an association with. */
const becomes: Reader<AssociationSettings> = object({
  ...settingFields,
  disableSessionTags: optional(flag, false),
});

/** An association. Policies see neither its ids nor its times, so a case can leave them out. */
export const association: Reader<Association> = object({
  ...targetFields,
  ...settingFields,
  tags,
  disableSessionTags: optional(flag, null),
  associationArn: optional(text(), ''),
  associationId: optional(text(), ''),
  createdAt: optional(text(), ''),
  modifiedAt: optional(text(), ''),
  ownerArn: nullableText,
  externalId: nullableText,
});

const placeScopes = {
  namespace: object({ kind: oneOf('namespace'), ...clusterFields, namespace: text() }),
  cluster: object({ kind: oneOf('cluster'), ...clusterFields }),
};

const listScope = choice<ListScope>('kind', placeScopes);

const trailScope = choice<TrailScope>('kind', {
  ...placeScopes,
  principal: object({ kind: oneOf('principal'), principal }),
  gateway: object({ kind: oneOf('gateway') }),
});

/** A question to policy. */
export const request = choice<AuthorizationRequest>('action', {
  CreatePodIdentityAssociation: object({ action: oneOf('CreatePodIdentityAssociation'), association: createRequest }),
  UpdatePodIdentityAssociation: object({ action: oneOf('UpdatePodIdentityAssociation'), association, becomes }),
  DeletePodIdentityAssociation: object({ action: oneOf('DeletePodIdentityAssociation'), association }),
  DescribePodIdentityAssociation: object({ action: oneOf('DescribePodIdentityAssociation'), association }),
  ListPodIdentityAssociations: object({ action: oneOf('ListPodIdentityAssociations'), scope: listScope }),
  ReadAuditTrail: object({ action: oneOf('ReadAuditTrail'), scope: trailScope }),
});

/** The slice of the inventory that a decision used. */
export const inventorySlice: Reader<InventorySlice> = part({
  cluster: optional(part({ ...clusterFields, environment: text() }), null),
  namespace: optional(part({ name: text(), owners: list(text()), system: flag, roleArns: list(text()) }), null),
  services: list(part({ id: text(), groups: list(text()), mayNamePeople: flag })),
});
