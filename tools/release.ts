// Publishes a version, or says what it would publish: npm run release -- --dry-run
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand } from './command.ts';
import { isCandidate, readPackages, releaseProblems } from './release-checks.ts';

const root = join(import.meta.dirname, '..');

const help = `Publishes this version: its packages to the npm registry, with provenance, and a release on GitHub with all files.

Usage: npm run release -- [--dry-run] [--tag TAG] [--packed FOLDER] [--assets FOLDER]

  --dry-run        checks the same and makes the packages, and prints the commands instead of running them
  --tag TAG        the tag of the version; required without --dry-run
  --packed FOLDER  the packages as tarballs, made if there are none (default: a temporary folder)
  --assets FOLDER  more files for the release. Can be given several times
  -h, --help       print this text

Exits with 1 if versions differ, the changelog or the baseline lacks the version, or a command fails.
`;

/**
 * The tarballs of the packages that are published, made if the folder has none. Throws an Error for
 * one of another version.
 */
function packAll(folder: string): string[] {
  const published = readPackages(root).filter((one) => one.private !== true);
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length === 0) {
    const workspaces = published.flatMap((one) => ['-w', one.folder]);
    execFileSync('npm', ['pack', '--silent', ...workspaces, '--pack-destination', folder], {
      cwd: root,
      stdio: 'ignore',
    });
  }
  const expected = published.map(({ name, version }) => `${name}-${version}.tgz`).sort();
  const found = readdirSync(folder).sort();
  if (found.join() !== expected.join())
    throw new Error(`${folder} has ${found.join(', ')}, not ${expected.join(', ')}.`);
  return found.map((name) => join(folder, name));
}

/**
 * What publishes the version. A candidate does not become the version that npm installs by default.
 */
function commandsFor(version: string, tarballs: readonly string[], assets: readonly string[]): string[][] {
  const isTried = isCandidate(version);
  const options = ['--provenance', '--access', 'public', '--tag', isTried ? 'next' : 'latest'];
  const files = [...tarballs, ...assets.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))];
  const release = [
    '--verify-tag',
    '--title',
    version,
    '--notes',
    'See CHANGELOG.md.',
    ...(isTried ? ['--prerelease'] : []),
  ];
  return [
    ...tarballs.map((file) => ['npm', 'publish', file, ...options]),
    ['gh', 'release', 'create', `v${version}`, ...release, ...files],
  ];
}

process.exitCode = await runCommand({
  help,
  options: {
    'dry-run': { type: 'boolean', default: false },
    tag: { type: 'string' },
    packed: { type: 'string' },
    assets: { type: 'string', multiple: true, default: [] },
  },
  run: ({ 'dry-run': isDry, tag, packed, assets }) => {
    const problems = releaseProblems(root, tag ?? null);
    if (tag === undefined && !isDry) problems.push('Give the tag: --tag.');
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const [{ version } = { version: '' }] = readPackages(root);
    const folder = packed === undefined ? mkdtempSync(join(tmpdir(), 'packed-')) : resolve(packed);
    try {
      for (const [program = '', ...args] of commandsFor(
        version,
        packAll(folder),
        assets.map((one) => resolve(one)),
      )) {
        if (isDry) console.log(['would run:', program, ...args].join(' '));
        else execFileSync(program, args, { cwd: root, stdio: 'inherit' });
      }
    } finally {
      if (packed === undefined) rmSync(folder, { recursive: true });
    }
    return 0;
  },
});
