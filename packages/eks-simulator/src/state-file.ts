import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SimulatedAssociation } from './association.ts';
import {
  asArray,
  asBoolean,
  asFields,
  asText,
  asTexts,
  optional,
  readJsonFile,
  required,
  ShapeError,
} from './shape.ts';
import type { TextForm } from './shape.ts';
import { asAccount, asClusterName, asRegion, asRoleArn } from './world.ts';

const version = 1;
const idForm: TextForm = {
  pattern: /^a-[a-z0-9]{17}$/,
  means: 'an association id: a- and 17 lower-case alphanumerics',
};

/**
 * The associations in a state file; none when the file does not exist yet. Throws an error that names the file, the place
 * in it and what is wrong there: starting with less than was kept would look like associations deleted by somebody.
 */
export function readStateFile(path: string): readonly SimulatedAssociation[] {
  if (!existsSync(path)) return [];
  const fields = asFields(readJsonFile(path, 'state file'), path, ['version', 'associations']);
  if (fields.version !== version) throw new ShapeError(`${path}.version must be ${version}`);
  const where = `${path}.associations`;
  return asArray(fields.associations, where).map((item, index) => asAssociation(item, `${where}.${index}`));
}

/** Replaces a state file as a whole: a crash leaves the old or the new one, never half of one. */
export function writeStateFile(path: string, associations: readonly SimulatedAssociation[]): void {
  const temporary = `${path}.${process.pid}.tmp`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, `${JSON.stringify({ version, associations }, null, 2)}\n`, { flush: true });
  renameSync(temporary, path);
}

function asAssociation(value: unknown, where: string): SimulatedAssociation {
  const fields = asFields(value, where);
  return {
    accountId: required(fields, 'accountId', where, asAccount),
    region: required(fields, 'region', where, asRegion),
    clusterName: required(fields, 'clusterName', where, asClusterName),
    namespace: required(fields, 'namespace', where, asText),
    serviceAccount: required(fields, 'serviceAccount', where, asText),
    roleArn: required(fields, 'roleArn', where, asRoleArn),
    associationArn: required(fields, 'associationArn', where, asText),
    associationId: required(fields, 'associationId', where, (text, at) => asText(text, at, idForm)),
    tags: required(fields, 'tags', where, asTexts),
    createdAt: required(fields, 'createdAt', where, asTime),
    modifiedAt: required(fields, 'modifiedAt', where, asTime),
    ownerArn: optional(fields, 'ownerArn', where, asText),
    disableSessionTags: required(fields, 'disableSessionTags', where, asBoolean),
    targetRoleArn: optional(fields, 'targetRoleArn', where, asText),
    externalId: optional(fields, 'externalId', where, asText),
    policy: optional(fields, 'policy', where, asText),
    visibleFrom: required(fields, 'visibleFrom', where, asTime),
  };
}

function asTime(value: unknown, where: string): number {
  if (typeof value !== 'number') throw new ShapeError(`${where} must be a number`);
  return value;
}
