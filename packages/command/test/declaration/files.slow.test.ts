// Quick test: packages/command/test/declaration/bad-files.test.ts.
import { linkSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { paymentsDeclaration, startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

let fleet: ScannedGateway;

beforeAll(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterAll(() => fleet.close());

let count = 0;

/** A new folder with files, by their names. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = `folder-${(count += 1)}`;
  mkdirSync(fleet.pathOf(folder));
  for (const [name, text] of Object.entries(files)) fleet.write(`${folder}/${name}`, text);
  return fleet.pathOf(folder);
}

const [api, worker, batch] = ['api', 'worker', 'batch'].map((name) => paymentsDeclaration([name])) as [
  string,
  string,
  string,
];

/** Plans with options of the form `-f a.yaml`, and returns the service accounts of the changes. */
async function planned(options: readonly string[], input?: string) {
  const query = ['--output', 'json', '--query', 'changes[].[action, target.serviceAccount]'];
  const terminal = input === undefined ? {} : { input };
  const { code, stdout, stderr } = await fleet.run(['plan', ...options, ...query], 'alice', terminal);
  return { code, stderr, changes: stdout === '' ? [] : (JSON.parse(stdout) as unknown) };
}

const creates = (...names: readonly string[]) => names.map((name) => ['create', name]);

describe('one declaration is made of', () => {
  const several = () =>
    folderOf({ 'a.yaml': api, 'b.yml': worker, 'c.json': '{"version": 1, "name": "payments", "bindings": []}' });

  test.each<[string, () => readonly string[], readonly string[]]>([
    ['several files', () => [`-f`, `${several()}/a.yaml`, '--file', `${several()}/b.yml`], ['api', 'worker']],
    ['a folder', () => ['-f', several()], ['api', 'worker']],
    ['a folder and a file', () => ['-f', several(), `--file=${folderOf({ x: batch })}/x`], ['api', 'worker', 'batch']],
    [
      'a file',
      () => ['-f', `${folderOf({ 'a.yaml': `---\n${api}---\n---\n${worker}...\n` })}/a.yaml`],
      ['api', 'worker'],
    ],
    [
      'a folder with other files',
      () => ['-f', folderOf({ 'a.yaml': api, '.b.yaml': '[', 'c.txt': '[', 'd.yaml~': '[' })],
      ['api'],
    ],
  ])('%s', async (_, options, names) => {
    expect(await planned(options())).toMatchObject({ code: 0, changes: creates(...names) });
  });

  test('standard input and a file', async () => {
    const file = fleet.write('worker.yaml', worker);
    expect(await planned(['-f', '-', '-f', file], api)).toMatchObject({ code: 0, changes: creates('api', 'worker') });
  });
});

test('--prune keeps what the first of several files has', async () => {
  const files = [fleet.write('first.yaml', api), fleet.write('second.yaml', worker)].map((file) => ['-f', file]);
  for (const file of files) {
    await fleet.run(['plan', ...file, '-o', fleet.pathOf('plan.json')]);
    expect((await fleet.run(['apply', fleet.pathOf('plan.json')])).code).toBe(0);
  }
  expect(await planned([...files.flat(), '--prune'])).toMatchObject({ code: 0, changes: [] });
});

describe('an error names both places, and all others, of', () => {
  const errorOf = async (options: readonly string[], input?: string) => {
    const { code, stderr, changes } = await planned(options, input);
    expect([code, changes]).toEqual([1, []]);
    return stderr;
  };

  test('another name, and an unknown field of a third file', async () => {
    const folder = folderOf({
      'a.yaml': api,
      'b.yaml': worker.replace('name: payments', 'name: search'),
      'c.yaml': `${batch}x: 1\n`,
    });
    const error = await errorOf(['-f', folder]);
    expect(error).toContain('The declaration has 2 problems:\n');
    expect(error).toContain(`${folder}/b.yaml:2:7: "search" is another name than "payments" (${folder}/a.yaml:2:7)`);
    expect(error).toContain(`${folder}/c.yaml:10:1: The declaration has no field x`);
  });

  test('one service account in two files', async () => {
    const folder = folderOf({ 'a.yaml': api, 'b.yaml': paymentsDeclaration(['worker', 'api']) });
    const error = await errorOf(['-f', folder]);
    expect(error).toContain(
      `${folder}/b.yaml:7:32: apps-dev/payments/api already has a binding: ${folder}/a.yaml:7:23.`,
    );
  });

  test('one name of two bindings', async () => {
    const named = (text: string) => text.replace('  - roleArn', '  - name: rollout\n    roleArn');
    const folder = folderOf({ 'a.yaml': named(api), 'b.yaml': named(worker) });
    expect(await errorOf(['-f', folder])).toContain(
      `${folder}/b.yaml:4:11: Another binding has the name rollout: ${folder}/a.yaml:4:11.`,
    );
  });

  test('service accounts that only the inventory shows to be the same', async () => {
    const pattern = api
      .replace('[apps-dev]', '[{ environment: dev }, apps-de*]')
      .replace('[payments]', '[payments, pay*]');
    const folder = folderOf({ 'a.yaml': api, 'b.yaml': pattern });
    const error = await errorOf(['-f', folder]);
    expect(error).toContain(
      `${folder}/b.yaml:7:23: 111122223333/eu-central-1/apps-dev/payments/api already has a binding: ${folder}/a.yaml:7:23.`,
    );
  });

  test('one file that is given twice, by different names', async () => {
    const folder = folderOf({ 'a.yaml': api });
    symlinkSync(`${folder}/a.yaml`, `${folder}/link`);
    expect(await errorOf(['-f', folder, '-f', `${folder}/link`])).toContain(`${folder}/link: The file is given twice.`);
    expect(await errorOf(['-f', '-', '-f', '-'], api)).toContain('<stdin>: The file is given twice.');
  });
});

test.each<[string, (folder: string) => readonly string[], string]>([
  ['a link in a folder', (folder) => ['-f', folder], 'linked.yaml: Symbolic links in a folder are not followed'],
  ['a folder with the name of a file', (folder) => ['-f', folder], 'sub.yaml: This is not a file'],
  [
    'a folder without declarations',
    (folder) => ['-f', `${folder}/sub.yaml`],
    'The folder has no *.yaml, *.yml or *.json',
  ],
  ['a file that does not exist', (folder) => ['-f', `${folder}/none`, '-f', folder], "none: The file can't be read: "],
  [
    'standard input in a program without one',
    () => ['-f', '-'],
    "<stdin>: The file can't be read: This program has no",
  ],
])('%s is an error, not left out in silence', async (_, options, message) => {
  const folder = folderOf({ 'a.yaml': api });
  symlinkSync(`${folder}/a.yaml`, `${folder}/linked.yaml`);
  mkdirSync(`${folder}/sub.yaml`);
  const { code, stderr } = await planned(options(folder));
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
});

test('no command replaces a file that it reads', async () => {
  const folder = folderOf({ 'a.yaml': batch, 'kubectl.json': '{"items": []}' });
  const declaration = `${folder}/a.yaml`;
  const plan = `${folder}/plan.json`;
  const kubectl = `${folder}/kubectl.json`;
  expect((await planned(['-f', declaration, '-o', plan])).changes).toEqual(creates('batch'));
  linkSync(plan, `${folder}/linked.json`);
  const effects = fleet.effects();
  const lines: readonly (readonly [string, readonly string[]])[] = [
    [plan, ['apply', plan, '--inverse-file', plan]],
    [plan, ['apply', plan, '--inverse-file', `${folder}/linked.json`]],
    [kubectl, ['irsa', '-f', kubectl, '--cluster-name', 'apps-dev', '-o', kubectl]],
    [declaration, ['plan', '-f', folder, '-o', declaration]],
  ];
  for (const [path, line] of lines) {
    const before = readFileSync(path, 'utf8');
    const { code, stdout, stderr } = await fleet.run([...line], 'alice');
    expect({ line, code, stdout, stderr }).toEqual({
      line,
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/ParamValidation.*--(output|inverse)-file: \S+ is read by this command/),
    });
    expect(readFileSync(path, 'utf8')).toBe(before);
  }
  expect(fleet.effects()).toEqual(effects);
});
