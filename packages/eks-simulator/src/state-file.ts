import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SimulatedAssociation } from './association.ts';
import {
  asArray,
  asBoolean,
  asFields,
  asText,
  asTexts,
  messageOf,
  optional,
  readJsonFile,
  required,
  ShapeError,
} from './shape.ts';
import type { TextForm } from './shape.ts';
import { StartError } from './start-error.ts';
import { lockStateFile } from './state-lock.ts';
import { asAccount, asClusterName, asRegion, asRoleArn } from './world-names.ts';

const version = 1;
const idForm: TextForm = {
  pattern: /^[a-z]-[a-z0-9]{17}$/,
  means: 'an association id: a letter, - and 17 lower-case letters or digits',
};

/** A state file that this process holds the lock of. */
export interface StateFile {
  /** What the file held when it was opened. */
  readonly associations: readonly SimulatedAssociation[];
  /** Replaces the whole file: after a crash it holds the old or the new content, never a part. */
  readonly write: (associations: readonly SimulatedAssociation[]) => void;
  /** Releases the lock. */
  readonly close: () => void;
}

/**
 * Locks and reads a state file; a file that does not exist yet holds no associations. Throws a
 * StartError when another process uses the file, when it can't be read or written, or when its
 * content is invalid: ignoring invalid associations would have the same effect as deleting them.
 */
export function openStateFile(path: string): StateFile {
  const release = startWith(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    return lockStateFile(path);
  });
  try {
    const associations = startWith(path, () => readStateFile(path));
    return { associations, write: (changed) => writeStateFile(path, changed), close: release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Turns every error of `step` into a StartError. */
function startWith<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof StartError) throw error;
    if (error instanceof ShapeError) throw new StartError('stateFile', false, error.message);
    throw new StartError('stateFile', false, `The state file ${path} can't be written: ${messageOf(error)}`);
  }
}

function readStateFile(path: string): readonly SimulatedAssociation[] {
  if (!existsSync(path)) return [];
  const fields = asFields(readJsonFile(path, 'state file'), path, ['version', 'associations']);
  if (fields.version !== version) throw new ShapeError(`${path}.version must be ${version}`);
  const where = `${path}.associations`;
  return asArray(fields.associations, where).map((item, index) => asAssociation(item, `${where}.${index}`));
}

function writeStateFile(path: string, associations: readonly SimulatedAssociation[]): void {
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
