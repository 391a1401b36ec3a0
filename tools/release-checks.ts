import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { baselinesFolder } from './baselines.ts';

/** A package of this project, by its package.json. */
export interface ProjectPackage {
  /** In the folder of the project; empty: the project itself. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The project and its packages. */
export function readPackages(root: string): ProjectPackage[] {
  const files = ['package.json', ...globSync('{packages,examples}/*/package.json', { cwd: root }).sort()];
  return files.map((file) => ({
    folder: join(file, '..'),
    ...(readJson(root, file) as Omit<ProjectPackage, 'folder'>),
  }));
}

/**
 * What keeps a version from being released, one sentence each. `tag`: the tag that it is released
 * by; null: it has none yet.
 */
export function releaseProblems(root: string, tag: string | null): string[] {
  const packages = readPackages(root);
  const { version = '' } = packages[0] ?? {};
  return [
    ...versionProblems(packages, version),
    ...lockProblems(root, packages, version),
    ...nameProblems(root, packages, version),
    ...changelogProblems(root, version),
    ...baselineProblems(root, version),
    ...(tag === null || tag === `v${version}`
      ? []
      : [`The tag is ${tag}, and the version ${version}: tag v${version}.`]),
  ];
}

function versionProblems(packages: readonly ProjectPackage[], version: string): string[] {
  const names = packages.map(({ name }) => name);
  return packages.flatMap((one) => {
    const dependencies = Object.entries({ ...one.dependencies, ...one.devDependencies });
    const own = dependencies.filter(([name, range]) => names.includes(name) && range !== version);
    return [
      ...(one.version === version ? [] : [`${one.name} has the version ${one.version}, and the project ${version}.`]),
      ...own.map(([name, range]) => `${one.name} depends on ${name} ${range}, and the project has ${version}.`),
    ];
  });
}

function lockProblems(root: string, packages: readonly ProjectPackage[], version: string): string[] {
  const locked = (readJson(root, 'package-lock.json') as { packages: Record<string, { version?: string }> }).packages;
  return packages
    .map(({ folder }) => (folder === '.' ? '' : folder))
    .filter((folder) => locked[folder]?.version !== version)
    .map((folder) => `package-lock.json has ${locked[folder]?.version} for "${folder}": run npm install.`);
}

/** Commands in the docs name the files of the packages. */
function nameProblems(root: string, packages: readonly ProjectPackage[], version: string): string[] {
  const names = packages.map(({ name }) => name).join('|');
  const pattern = new RegExp(`\\b(${names})-(\\d[\\w.-]*)\\.tgz`, 'g');
  const files = ['docs/*.md', '{packages,examples}/*/README.md', 'examples/*/.github/workflows/*.yml'];
  return files
    .flatMap((glob) => globSync(glob, { cwd: root }))
    .flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(pattern)].map(([name, , found]) => ({ file, name, found })),
    )
    .filter(({ found }) => found !== version)
    .map(({ file, name }) => `${file} names ${name}, and the version is ${version}.`);
}

/** A candidate is described under Unreleased, a release under its version. */
function changelogProblems(root: string, version: string): string[] {
  const heading = isCandidate(version) ? 'Unreleased' : version;
  const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  const [, section = ''] = text.split(`\n## [${heading}]`);
  const [body = ''] = section.split('\n## ');
  return body.includes('\n- ') ? [] : [`CHANGELOG.md has no changes under [${heading}].`];
}

/** Later versions are compared with what this one leaves. */
function baselineProblems(root: string, version: string): string[] {
  const [release = ''] = version.split('-');
  const folder = join(root, baselinesFolder, release);
  const again = `Run npm run baseline -- ${release}.`;
  if (!existsSync(join(folder, 'manifest.json'))) return [`${baselinesFolder} has no ${release}. ${again}`];
  const { gateway } = readJson(folder, 'manifest.json') as { gateway: { file: string; sha256: string } };
  const problems = [
    ...(hashOf(join(folder, gateway.file)) === gateway.sha256 ? [] : [`${gateway.file} is not that of its manifest`]),
    ...(hashOf(join(folder, 'schema.graphql')) === hashOf(join(root, 'schema.graphql'))
      ? []
      : ['its schema is not that of the release']),
  ];
  return problems.map((problem) => `The baseline ${release}: ${problem}. ${again}`);
}

/** Whether a version is one that is tried before a release, such as `0.9.0-rc.1`. */
export function isCandidate(version: string): boolean {
  return version.includes('-');
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function readJson(root: string, file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}
