import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

/** What became of the schema since the last release. */
export interface SchemaChanges {
  /** Tag of the last release; null before the first one. */
  readonly release: string | null;
  /** Changes that can fail a client, one sentence each. */
  readonly breaking: readonly string[];
  /** Whether the version in package.json permits breaking changes after `release`. */
  readonly permitted: boolean;
}

/**
 * Compares schema.graphql with the schema of the last release: the highest version tag, or where a shallow clone has no
 * tags, the tag of the newest version in CHANGELOG.md, which is then fetched. Throws where that tag can't be had.
 *
 * @param root folder of a git repository
 */
export async function schemaChanges(root: string): Promise<SchemaChanges> {
  const release = lastTag(root) ?? fetchedTag(root);
  if (release === null) return { release, breaking: [], permitted: true };
  const before = buildSchema(git(root, 'show', `${release}:schema.graphql`));
  const after = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));
  const changes = await diff(before, after);
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  return { release, breaking: breaking.map(({ message }) => message), permitted: isBreakingVersion(root, release) };
}

function lastTag(root: string): string | null {
  const tags = git(root, 'tag', '--list', 'v*', '--sort=-version:refname').split('\n');
  return tags.find((tag) => /^v\d+\.\d+\.\d+$/.test(tag)) ?? null;
}

/** The tag of the newest version in the changelog, fetched; null where the changelog has no version. */
function fetchedTag(root: string): string | null {
  const version = /^## \[(\d+\.\d+\.\d+)\]/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))?.[1];
  if (version === undefined) return null;
  const ref = `refs/tags/v${version}`;
  try {
    git(root, 'fetch', '--quiet', '--depth=1', 'origin', `${ref}:${ref}`);
  } catch (error) {
    const advice = `Fetch it: git fetch origin tag v${version}`;
    throw new Error(`CHANGELOG.md names version ${version}, but there is no tag v${version}. ${advice}`, {
      cause: error,
    });
  }
  return `v${version}`;
}

/** Semantic versioning: breaking changes need a new major version, or a new minor version before 1.0.0. */
function isBreakingVersion(root: string, release: string): boolean {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [releasedMajor = 0, releasedMinor = 0] = release.slice(1).split('.').map(Number);
  return major > releasedMajor || (major === 0 && minor > releasedMinor);
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
