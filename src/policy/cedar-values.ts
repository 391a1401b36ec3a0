import { isIP } from 'node:net';
import type { CedarValueJson, EntityJson, TypeAndId } from './cedar.ts';

/** The uid of an entity of the schema's namespace. */
export function uid(type: string, id: string): TypeAndId {
  return { type: `PodIdentity::${type}`, id };
}

/** A reference to an entity, as a value. */
export function ref(entity: TypeAndId): CedarValueJson {
  return { __entity: entity };
}

/** An IP address in Cedar's format: without a zone, and a mapped IPv4 address as IPv4. Null for anything else. */
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
