// No quick test: it is about a program as it is built.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execForm, readDockerfile } from '../../local-gateway/test/dockerfile.ts';

const folder = join(import.meta.dirname, '..');
const instructions = readDockerfile(readFileSync(join(folder, 'Dockerfile'), 'utf8'));

test('the image starts the bundle, as a user by number that is not root', async () => {
  execFileSync(process.execPath, ['build.js'], { cwd: folder });
  const [, file = ''] = execForm(instructions, 'ENTRYPOINT');
  const env = {
    ...{ POD_NAME: 'one', POD_NAMESPACE: 'here', CLUSTER_NAME: 'apps-dev', PORT: '0' },
    ...{ KUBERNETES_API_URL: 'http://127.0.0.1:9', POD_IDENTITY_ENDPOINT_URL: 'http://127.0.0.1:9' },
  };
  const child = spawn(process.execPath, [join(folder, file)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  expect(line.toString()).toContain('The controller has started.');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(instructions.findLast(({ name }) => name === 'USER')?.text).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

test('the image is built with the files of every package that the lock file names', () => {
  const packages = readdirSync(join(folder, '..')).sort();
  const copied = instructions.flatMap(({ name, text }) =>
    (name === 'COPY' ? [/^packages\/(\S+)\/package\.json /.exec(text)?.[1] ?? []] : []).flat(),
  );
  expect(copied).toEqual(packages);
});
