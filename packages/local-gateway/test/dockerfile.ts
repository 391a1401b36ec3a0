import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, matchesGlob, relative } from 'node:path';

/** An instruction of a Dockerfile. */
export interface Instruction {
  readonly name: string;
  /** `--option=value` before the arguments. */
  readonly options: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The instructions that {@link runSteps} carries out, or that concern a container only. */
const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT'];

/** Reads a Dockerfile. Throws an Error for an instruction that is not known here. */
export function readDockerfile(content: string): readonly Instruction[] {
  const lines = content
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n');
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', given = '', text = ''] = /^(\S+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) ?? [];
      if (!known.includes(name)) throw new Error(`The steps of the Dockerfile can't be run: ${line}`);
      const options = [...given.matchAll(/--([\w-]+)=(\S+)/g)].map(([, option = '', value = '']) => [option, value]);
      return { name, options: Object.fromEntries(options) as Record<string, string>, text };
    });
}

/** The JSON array of the last instruction of this name. */
export function execForm(instructions: readonly Instruction[], name: string): readonly string[] {
  const text = instructions.findLast((one) => one.name === name)?.text ?? '';
  return JSON.parse(text.replace(/^CMD /, '')) as string[];
}

/** A stage whose root is a folder of this machine. */
export interface Stage {
  readonly name: string;
  readonly root: string;
  workdir: string;
  readonly env: Record<string, string>;
}

/**
 * Carries out the steps of a Dockerfile in a folder, with the Node.js of this process, which must have the major version of the base image.
 * Paths of COPY, WORKDIR and ENV are those of the folder; a RUN with an absolute path is refused, because it would leave the folder. Users and
 * volumes are left out. Returns the last stage.
 */
export function runSteps(instructions: readonly Instruction[], context: string, folder: string): Stage {
  const stages: Stage[] = [];
  const ignored = readIgnored(context);
  const copy = (stage: Stage, { options, text }: Instruction) => {
    const { from } = options;
    const source = from === undefined ? context : (stages.find(({ name }) => name === from)?.root ?? '');
    const words = text.split(/\s+/);
    const target = words.at(-1) ?? '';
    const place = target.startsWith('/') ? join(stage.root, target) : join(stage.root, stage.workdir, target);
    for (const word of words.slice(0, -1)) {
      const path = join(source, word);
      const into = statSync(path).isDirectory() || !target.endsWith('/') ? place : join(place, basename(word));
      mkdirSync(dirname(into), { recursive: true });
      const isCopied = (file: string) => from !== undefined || !ignored(relative(context, file));
      cpSync(path, into, { recursive: true, filter: isCopied });
    }
  };
  for (const instruction of instructions) {
    const { name, text } = instruction;
    const stage = stages.at(-1);
    if (name === 'FROM') stages.push(openStage(text, folder));
    else if (stage === undefined) throw new Error(`${name} is before FROM`);
    else if (name === 'WORKDIR') {
      stage.workdir = text;
      mkdirSync(join(stage.root, text), { recursive: true });
    } else if (name === 'ENV') Object.assign(stage.env, variablesOf(text, stage));
    else if (name === 'COPY') copy(stage, instruction);
    else if (name === 'RUN') runShell(stage, text);
  }
  const last = stages.at(-1);
  if (last === undefined) throw new Error('The Dockerfile has no FROM');
  return last;
}

/** The environment of programs of a stage. */
export function environmentOf({ env }: Stage): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  // What this machine needs to reach its registry.
  const registry = ['NODE_EXTRA_CA_CERTS', 'npm_config_cache'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...{ PATH: `${dirname(process.execPath)}:${PATH}`, HOME, npm_config_prefer_offline: 'true' },
    ...Object.fromEntries(registry),
    ...env,
  };
}

function openStage(text: string, folder: string): Stage {
  const [, major, name = 'image'] = /^node:(\d+)-slim(?: AS (\w+))?$/.exec(text) ?? [];
  const [running] = process.versions.node.split('.');
  if (major !== running) throw new Error(`The steps need Node.js ${major} (${text}); this is ${running}`);
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  return { name, root, workdir: '/', env: {} };
}

function variablesOf(text: string, { root }: Stage): Record<string, string> {
  const words = text.split(/\s+/).map((word): [string, string] => {
    const [name = '', value = ''] = word.split('=');
    return [name, value.startsWith('/') ? join(root, value) : value];
  });
  return Object.fromEntries(words);
}

function runShell(stage: Stage, command: string): void {
  if (/(^|[\s='"])\//.test(command)) throw new Error(`RUN has an absolute path: ${command}`);
  const { status, stderr } = spawnSync('sh', ['-c', command], {
    cwd: join(stage.root, stage.workdir),
    env: environmentOf(stage),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
}

/** Whether a path of the context, or a folder that holds it, is in `.dockerignore`. */
function readIgnored(context: string): (path: string) => boolean {
  const patterns = readFileSync(join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (patterns.some((pattern) => pattern.startsWith('!'))) throw new Error('.dockerignore has an exception');
  return (path) => {
    const parts = path.split('/');
    const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    return paths.some((each) => patterns.some((pattern) => matchesGlob(each, pattern)));
  };
}
