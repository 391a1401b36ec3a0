import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { lastBaseline } from './baselines.ts';

/** What became of the schema since the last release. */
export interface SchemaChanges {
  /** The last release; null before the first one. */
  readonly release: string | null;
  /** Changes that can fail a client, one sentence each. */
  readonly breaking: readonly string[];
  /** Whether the version in package.json permits breaking changes after `release`. */
  readonly permitted: boolean;
}

/**
 * Compares schema.graphql with the schema that the last release left in its baseline.
 *
 * @param root folder of the project
 */
export async function schemaChanges(root: string): Promise<SchemaChanges> {
  const baseline = lastBaseline(root);
  if (baseline === null) return { release: null, breaking: [], permitted: true };
  const changes = await diff(readSchema(baseline.folder), readSchema(root));
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  return {
    release: baseline.version,
    breaking: breaking.map(({ message }) => message),
    permitted: isBreakingVersion(root, baseline.version),
  };
}

function readSchema(folder: string): GraphQLSchema {
  return buildSchema(readFileSync(join(folder, 'schema.graphql'), 'utf8'));
}

/**
 * Semantic versioning: breaking changes need a new major version, or a new minor version before
 * 1.0.0.
 */
function isBreakingVersion(root: string, release: string): boolean {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [releasedMajor = 0, releasedMinor = 0] = release.split('.').map(Number);
  return major > releasedMajor || (major === 0 && minor > releasedMinor);
}
