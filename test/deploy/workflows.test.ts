import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The fields of a GitHub workflow that are checked here. */
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { 'timeout-minutes'?: number; steps: readonly Step[] }>>;
}
interface Step {
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
