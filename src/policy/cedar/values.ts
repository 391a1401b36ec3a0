import { isIP } from 'node:net';
import type { AssociationSettings } from '../../model/association.ts';
import type { Principal } from '../../model/principal.ts';
import { settingNames } from '../../model/setting-fields.ts';
import type { SettingName } from '../../model/setting-fields.ts';
import { parseRoleArn } from '../../validation/role-arns.ts';
import type { CedarValueJson, EntityJson, TypeAndId } from './cedar.ts';

/** The uid of an entity of the schema's namespace. */
export function uid(type: string, id: string): TypeAndId {
  return { type: `PodIdentity::${type}`, id };
}

/** A reference to an entity, as a value. */
export function ref(entity: TypeAndId): CedarValueJson {
  return { __entity: entity };
}

/**
 * An IP address in Cedar's format: without a zone, and a mapped IPv4 address as IPv4. Null for
 * anything else.
 */
export function addressOf(address: string | null): string | null {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  return isIP(plain) === 0 || plain.includes('%') || (plain.includes(':') && plain.includes('.')) ? null : plain;
}

/** The first entity of each uid: Cedar rejects duplicates. */
export function distinct(entities: readonly EntityJson[]): EntityJson[] {
  const byUid = new Map<string, EntityJson>();
  for (const entity of entities) {
    const key = JSON.stringify(entity.uid);
    if (!byUid.has(key)) byUid.set(key, entity);
  }
  return [...byUid.values()];
}

/** The uid of a principal. */
export function principalUid(principal: Principal): TypeAndId {
  return uid(principal.kind === 'SERVICE' ? 'Service' : 'User', principal.id);
}

/** How policies see each setting: the attributes of `settings` in Cedar. */
const settingAttributes: Readonly<Record<SettingName, (given: AssociationSettings) => Record<string, CedarValueJson>>> =
  {
    roleArn: ({ roleArn }) => ({ role: role(roleArn) }),
    targetRoleArn: ({ targetRoleArn }) => (targetRoleArn === null ? {} : { targetRole: role(targetRoleArn) }),
    disableSessionTags: ({ disableSessionTags }) => ({ sessionTagsDisabled: disableSessionTags }),
    policy: ({ policy }) => ({ hasSessionPolicy: policy !== null }),
  };

/** The settings of an association. Throws on an invalid role ARN. */
export function settings(given: AssociationSettings): CedarValueJson {
  return Object.fromEntries(settingNames.flatMap((name) => Object.entries(settingAttributes[name](given))));
}

function role(arn: string): CedarValueJson {
  const role = parseRoleArn(arn);
  if (role === null) throw new Error(`not an IAM role ARN: ${arn}`);
  const { accountId: account, path, name } = role;
  return { arn, account, path, name };
}
