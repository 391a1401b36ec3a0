import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableUnder } from '../support/reference.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const page = read('docs/deploy.md');

test('the deployment guide lists every alarm of the stack', () => {
  const alarms = [...read('deploy/alarms.yml').matchAll(/^ {2}(\w+):\n {4}Type: AWS::CloudWatch::Alarm/gm)];
  expect([...tableUnder(page, '### Alarms').keys()]).toEqual(alarms.map(([, name]) => name));
});

test('the deployment guide lists every log message of the functions', () => {
  const sources = globSync('src/**/*.ts', { cwd: root }).filter((file) => !/^src\/(local|demo|cli)\//.test(file));
  const calls = sources.flatMap((file) => [...read(file).matchAll(/\blog\(\s*[^,()]+,\s*'([^']+)'/g)]);
  const section = page.slice(page.indexOf('### Logs'), page.indexOf('### The reconciler'));
  const listed = [...section.matchAll(/^\| [a-z, ]+ \| `([^`]+)`/gm)].map(([, message]) => message);
  expect(new Set(listed)).toEqual(new Set(calls.map(([, message]) => message)));
});
