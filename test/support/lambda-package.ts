import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ownInventory, ownIssuers, writeOwnPolicies } from './deployment.ts';

/** How long a test file waits for another one that does the work. */
const longestMs = 300_000;

/**
 * Does work whose result several test files need, such as a build, once in a run of the tests: the first that asks does it, in a folder of
 * its own, and others wait. Returns the folder, which nobody may change; the global teardown removes it. Throws the error of the work, also
 * for those who waited.
 */
async function sharedWork(name: string, work: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(process.env.SHARED_WORK ?? '', name);
  const [done, failed] = [join(folder, '.done'), join(folder, '.failed')];
  if ((await mkdir(folder, { recursive: true })) !== undefined) {
    const outcome = await work(folder).then(
      () => ({ name: done, text: '' }),
      (error: unknown) => ({ name: failed, text: error instanceof Error ? error.message : String(error) }),
    );
    await writeFile(`${folder}.outcome`, outcome.text);
    await rename(`${folder}.outcome`, outcome.name);
  }
  const until = Date.now() + longestMs;
  while (Date.now() < until) {
    if (existsSync(done)) return folder;
    if (existsSync(failed)) throw new Error(await readFile(failed, 'utf8'));
    await sleep(100);
  }
  throw new Error(`${name} was not ready after ${longestMs / 1000} s.`);
}

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** The sections of a CloudFormation template that tests read. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
}

export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly UpdatePolicy?: object;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** What the framework stores beside the template, for a deployment of the package. */
interface FrameworkState {
  readonly service: {
    readonly provider: {
      readonly stackPolicy: readonly object[];
      readonly stackTags: Readonly<Record<string, string>>;
    };
  };
}

/** The result of a run of the framework. */
export interface FrameworkRun {
  readonly exitCode: number;
  readonly output: string;
}

interface ServiceOptions {
  readonly isOwn?: boolean;
  /** Whether it is built again, and not copied from the build of another test. */
  readonly isBuilt?: boolean;
}

/**
 * Creates a folder with the service and its own `dist` for the framework: with the shipped policies and inventory, or with
 * those of an organization, which strict checks accept. `close` removes it.
 */
export async function openService({ isOwn = false, isBuilt = false }: ServiceOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  const own = isOwn ? ownInventory : null;
  // Copied, because the framework resolves paths from the real location of the file.
  for (const name of ['serverless.yml', 'package.json', 'deploy']) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  for (const name of ['node_modules', 'src', 'packages', 'tools']) await symlink(join(root, name), join(folder, name));
  if (isBuilt) await build(folder, own);
  else await copyBuild(folder, own);

  /** Runs `serverless` with these arguments and only these variables. Not concurrently: all runs write to one folder. */
  const serverless = async (args: readonly string[], env: Record<string, string> = {}): Promise<FrameworkRun> => {
    const script = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
    try {
      const { stdout, stderr } = await run(process.execPath, [script, ...args], { cwd: folder, env });
      return { exitCode: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { exitCode: code, output: stdout + stderr };
    }
  };

  const packageFolder = join(folder, '.serverless');
  let isAsBuilt = !isBuilt;
  const packageHere = async (args: readonly string[], env: Record<string, string>) => {
    const { exitCode, output } = await serverless(['package', ...args], env);
    if (exitCode !== 0) throw new Error(output);
  };
  /** Copies what another test has packaged, or packages for others to copy. */
  const copyPackage = async (args: readonly string[], env: Record<string, string>) => {
    const packaged = await sharedWork(`package-${hashOf([own, args, env])}`, async (to) => {
      await packageHere(args, env);
      await cp(packageFolder, join(to, 'package'), { recursive: true });
    });
    await rm(packageFolder, { recursive: true, force: true });
    await cp(join(packaged, 'package'), packageFolder, { recursive: true });
  };

  /**
   * Packages the service, once in a run of the tests for the same sources, arguments and variables.
   * Returns the template and the names of the files in the zip.
   */
  const makePackage = async (args: readonly string[] = [], env: Record<string, string> = {}) => {
    await (isAsBuilt ? copyPackage : packageHere)(args, env);
    const text = await readFile(join(packageFolder, 'cloudformation-template-update-stack.json'), 'utf8');
    const files = filesOfZip(await readFile(join(packageFolder, 'pod-identity-gateway.zip')));
    const state = JSON.parse(await readFile(join(packageFolder, 'serverless-state.json'), 'utf8')) as FrameworkState;
    const { stackPolicy, stackTags } = state.service.provider;
    const hash = await readFile(join(packageFolder, 'pod-identity-gateway.zip.sha256'), 'utf8');
    return { template: JSON.parse(text) as Template, files, hash, stackPolicy, stackTags };
  };

  const removeBundles = () => {
    isAsBuilt = false;
    return rm(join(folder, 'dist'), { recursive: true });
  };
  /** A file that the build wrote, as text. */
  const readBuilt = (name: string) => readFile(join(folder, 'dist', name), 'utf8');
  /** A file of the last package, as text. */
  const readPackaged = (name: string) => readFile(join(folder, '.serverless', name), 'utf8');
  /** Packages with another inventory from now on. */
  const useInventory = (text: string) => {
    isAsBuilt = false;
    return writeFile(join(folder, 'dist', 'policies', 'inventory.json'), text);
  };
  const close = () => rm(folder, { recursive: true, force: true });
  return { readBuilt, readPackaged, serverless, makePackage, removeBundles, useInventory, close };
}

/** Copies a build into `dist` of a folder: of the shipped policies, or of an organization's with this inventory. One of each is made in a run of the tests. */
export async function copyBuild(folder: string, inventory: string | null = null): Promise<void> {
  const name = inventory === null ? 'build' : `build-${hashOf(inventory)}`;
  const built = await sharedWork(name, (to) => build(to, inventory));
  await cp(join(built, 'dist'), join(folder, 'dist'), { recursive: true });
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

async function build(folder: string, inventory: string | null): Promise<void> {
  const sources = inventory === null ? [] : await writeOwnSources(folder, inventory);
  await run(process.execPath, ['deploy/build.ts', '--outdir', join(folder, 'dist'), ...sources], { cwd: root });
}

async function writeOwnSources(folder: string, text: string): Promise<string[]> {
  const policies = join(folder, 'own-policies');
  const [inventory, issuers] = [join(folder, 'own-inventory.json'), join(folder, 'own-issuers.json')];
  writeOwnPolicies(policies);
  await writeFile(inventory, text);
  await writeFile(issuers, ownIssuers);
  return ['--policies', policies, '--inventory', inventory, '--issuers', issuers];
}

/** The file names in the central directory of a zip file (PKWARE's APPNOTE, sections 4.3.12 and 4.3.16). */
function filesOfZip(zip: Buffer): string[] {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const count = zip.readUInt16LE(end + 10);
  const names: string[] = [];
  let at = zip.readUInt32LE(end + 16);
  while (names.length < count) {
    const [name, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    names.push(zip.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names;
}

/** A resource of a template. Throws if it does not exist. */
export function resource(template: Template, name: string): Resource {
  const found = template.Resources[name];
  if (!found) throw new Error(`The template has no ${name}.`);
  return found;
}

/** The properties of a resource. Throws if it does not exist. */
export function properties(template: Template, name: string): Resource['Properties'] {
  return resource(template, name).Properties;
}

/**
 * A cycle of resources that refer to each other, as their names from one to itself again; null if there is none.
 * CloudFormation creates resources in the order of their references, by `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`.
 */
export function cycleIn(resources: Template['Resources']): readonly string[] | null {
  const finished = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | null => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (finished.has(name)) return null;
    for (const target of referencesIn(resources[name])) {
      const cycle = target in resources ? visit(target, [...path, name]) : null;
      if (cycle) return cycle;
    }
    finished.add(name);
    return null;
  };
  for (const name of Object.keys(resources)) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return null;
}

/** The names that a part of a template refers to. */
function referencesIn(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(referencesIn);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]: [string, unknown]) => {
    if (key === 'Ref' || key === 'DependsOn') return [value].flat().map(String);
    if (key === 'Fn::GetAtt') return [String([value].flat()[0]).split('.')[0] ?? ''];
    const texts = key === 'Fn::Sub' ? [value].flat().filter((text) => typeof text === 'string') : [];
    const names = texts.flatMap((text) => [...text.matchAll(/\$\{([\w:]+)/g)].map(([, name = '']) => name));
    return [...names, ...referencesIn(value)];
  });
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/**
 * The permissions of a role as sorted lines `action on resource`, with `if condition` for a conditional statement, and
 * with `not` before what is denied.
 */
export function grants(template: Template, role: string): string[] {
  const policies = properties(template, role).Policies as { PolicyDocument: { Statement: Statement[] } }[];
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Effect, Action, Resource, Condition }) => {
      const condition = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
      const resources = [Resource].flat().map(nameOf);
      return [Action]
        .flat()
        .flatMap((action) =>
          resources.map((name) => `${Effect === 'Allow' ? '' : 'not '}${action} on ${name}${condition}`),
        );
    })
    .sort();
}

/** A resource reference as text: `IdempotencyTable.Arn`, or the text of a substitution. */
function nameOf(value: unknown): string {
  const { 'Fn::GetAtt': attribute, 'Fn::Sub': text } = value as { 'Fn::GetAtt'?: string[]; 'Fn::Sub'?: string };
  return attribute?.join('.') ?? text ?? JSON.stringify(value);
}
