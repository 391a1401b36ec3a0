// No quick test: it is about programs or packages as they run.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The fields of a GitHub workflow that are checked here. */
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Job {
  readonly needs?: readonly string[];
  readonly 'runs-on': string;
  readonly strategy?: object;
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Step {
  readonly id?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.github', 'workflows');
const workflows = readdirSync(folder).map((name): [string, Workflow, string] => {
  const text = readFileSync(join(folder, name), 'utf8');
  return [name, parse(text) as Workflow, text];
});
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };

describe.each(workflows)('the workflow %s', (_, { permissions, jobs }, text) => {
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('may only read by default, and each job has a time limit', () => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  test('runs scripts and files that exist', () => {
    const commands = steps.flatMap(({ run }) => run ?? []);
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const [, script] = /^npm run ([\w:-]+)/.exec(command) ?? [];
      if (script !== undefined) expect(scripts).toHaveProperty([script]);
      const [, file] = /^(\.\S+)/.exec(command) ?? [];
      if (file !== undefined) expect(existsSync(join(root, file))).toBe(true);
    }
  });

  // A tag can be moved to another commit; Dependabot updates both the commit and the comment.
  test('pins each action to a commit, with its version beside it', () => {
    const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action);
    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('uses one commit of an action, as the other workflows do', () => {
    for (const { uses = '' } of steps) {
      const [name] = uses.split('@');
      const others = workflows.flatMap(([, , other]) =>
        [...other.matchAll(/uses: (\S+)/g)].map(([, each = '']) => each),
      );
      for (const other of others.filter((each) => each.split('@')[0] === name)) expect(other).toBe(uses);
    }
  });
});

/** The arguments of a step's first call of docker, and the commands that it would run in the container, one a line. */
function recordedDocker(run: string): { readonly args: string; readonly commands: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'docker-'));
  try {
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\nprintf "%s\\0" "$@"\n', { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const args = execFileSync('bash', ['-e', '-c', run], {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
      .split('\0')
      .slice(0, -1);
    const lines = (args.pop() ?? '').split('\n').map((line) => line.trim());
    return { args: args.join(' '), commands: lines.filter((line) => line !== '') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the workflow of a version', () => {
  const jobs = workflows.find(([name]) => name === 'package.yml')?.[1].jobs ?? {};

  test('attests where the function, the npm packages and the image come from', () => {
    const { publish, ...attesting } = jobs;
    expect(Object.keys(attesting)).toEqual(['package', 'npm-packages', 'image']);
    expect(publish?.needs).toEqual(Object.keys(attesting));
    for (const { permissions, steps } of Object.values(attesting)) {
      expect(permissions).toMatchObject({ 'id-token': 'write', attestations: 'write' });
      expect(steps.map(({ uses }) => uses)).toContainEqual(expect.stringMatching(/^actions\/attest-build-provenance@/));
    }
  });

  test('publishes the packages that were attested, after a dry run with the same tag', () => {
    const commands = (job: string) => jobs[job]?.steps.flatMap(({ run }) => run ?? []) ?? [];
    expect(commands('npm-packages')).toContain('npm run release -- --dry-run --tag "$GITHUB_REF_NAME" --packed packed');
    expect(commands('publish').at(-1)).toMatch(/^npm run release -- --tag "\$GITHUB_REF_NAME" --packed packed /);
    expect(jobs.publish?.permissions).toEqual({ contents: 'write', 'id-token': 'write' });
  });

  test("builds the function with the Node.js of AWS's runtime on the architecture of the functions, as their code cache requires", () => {
    const serverless = readFileSync(join(root, 'serverless.yml'), 'utf8');
    const [, major = ''] = /^ {2}runtime: nodejs(\d+)\.x$/m.exec(serverless) ?? [];
    // By default, functions have the architecture of the machine that packages.
    expect(serverless).toContain("architecture: ${env:ARCHITECTURE, 'machine'}");
    expect(jobs.package).toMatchObject({
      'runs-on': '${{ matrix.runner }}',
      strategy: {
        matrix: {
          include: [
            { architecture: 'arm64', runner: 'ubuntu-24.04-arm' },
            { architecture: 'x86_64', runner: 'ubuntu-24.04' },
          ],
        },
      },
    });
    const { commands, args } = recordedDocker(
      jobs.package?.steps.find(({ run }) => run?.startsWith('docker '))?.run ?? '',
    );
    expect(args).toContain(`--entrypoint bash public.ecr.aws/lambda/nodejs:${major} -ec`);
    // npm scripts would run with the Node.js that npm ci installs, instead of the image's.
    expect(commands).toEqual(['npm ci', 'npm audit signatures', 'node deploy/build.ts', 'npx serverless package']);
  });

  test('gives the files of both packages names of their own, with a hash that sha256sum checks', () => {
    const built = mkdtempSync(join(tmpdir(), 'released-'));
    try {
      for (const name of ['.serverless', 'dist']) mkdirSync(join(built, name));
      const files = ['.serverless/pod-identity-gateway.zip', '.serverless/cloudformation-template-update-stack.json'];
      for (const name of [...files, 'dist/sbom.json', 'dist/NOTICE.txt', 'dist/graphql.cjs.map'])
        writeFileSync(join(built, name), name);
      const [step] =
        jobs.package?.steps.flatMap(({ run = '' }) => (run.includes('release-files.sh') ? [run] : [])) ?? [];
      const command = (step ?? '').replace('tools/', `${root}/tools/`);
      for (const ARCHITECTURE of ['arm64', 'x86_64'])
        execFileSync('bash', ['-e', '-c', command], { cwd: built, env: { PATH: process.env.PATH, ARCHITECTURE } });
      const released = join(built, 'released');
      const names = ['arm64', 'x86_64'].flatMap((architecture) => [
        ...[`pod-identity-gateway-${architecture}.zip`, `pod-identity-gateway-${architecture}.zip.sha256`],
        ...[`template-${architecture}.json`, `${architecture}-sbom.json`],
        ...[`${architecture}-NOTICE.txt`, `${architecture}-graphql.cjs.map`],
      ]);
      expect(readdirSync(released).sort()).toEqual(names.sort());
      for (const architecture of ['arm64', 'x86_64'])
        execFileSync('sha256sum', ['--check', `pod-identity-gateway-${architecture}.zip.sha256`], { cwd: released });
    } finally {
      rmSync(built, { recursive: true });
    }
    expect(jobs.publish?.steps.at(-1)?.run).toMatch(/ --assets assets$/);
  });

  test.each([
    ['pod-identity-gateway-local', 'packages/local-gateway'],
    ['pod-identity-controller', 'packages/controller'],
  ])('pushes the image %s of the version, and attests the digest that the registry has', (image, imageFolder) => {
    const { permissions, steps } = jobs.image ?? {};
    expect(jobs.image).toMatchObject({
      strategy: { matrix: { include: expect.arrayContaining([{ image, folder: imageFolder }]) } },
    });
    const push = steps?.find(({ id }) => id === 'push');
    const folder = mkdtempSync(join(tmpdir(), 'push-'));
    try {
      const [calls, output] = [join(folder, 'calls'), join(folder, 'output')];
      // Stands for docker: records its arguments, and names the digest as `docker inspect` does.
      const digest = `sha256:${'0'.repeat(64)}`;
      const docker = `#!/bin/sh\necho "$@" >> ${calls}\n[ "$1" != inspect ] || echo "ghcr.io/acme/x@${digest}"\n`;
      writeFileSync(join(folder, 'docker'), docker, { mode: 0o755 });
      const owner = { GITHUB_REPOSITORY_OWNER: 'Acme', GITHUB_REPOSITORY: 'Acme/gateway' };
      const env = {
        ...owner,
        ...{ IMAGE: image, FOLDER: imageFolder },
        GITHUB_REF_NAME: 'v1.2.3',
        GITHUB_OUTPUT: output,
        GITHUB_SERVER_URL: 'https://github.com',
      };
      execFileSync('bash', ['-e', '-c', push?.run ?? ''], { env: { ...env, PATH: `${folder}:${process.env.PATH}` } });
      const name = `ghcr.io/acme/${image}`;
      const [build = '', pushed] = readFileSync(calls, 'utf8').split('\n');
      expect(build.startsWith(`build --file ${imageFolder}/Dockerfile `)).toBe(true);
      expect(build).toContain(`--tag ${name}:1.2.3 `);
      expect(pushed).toBe(`push ${name}:1.2.3`);
      expect(readFileSync(output, 'utf8')).toBe(`name=${name}\ndigest=${digest}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(permissions).toMatchObject({ packages: 'write' });
    expect(steps?.at(-1)?.with).toEqual({
      'subject-name': '${{ steps.push.outputs.name }}',
      'subject-digest': '${{ steps.push.outputs.digest }}',
      'push-to-registry': true,
    });
  });
});
