// No quick test: it is about programs or packages as they run.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { installPackages } from '../../../test/support/installed-package.ts';
import type { Consumer } from '../../../test/support/installed-package.ts';

const repository = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

interface Block {
  readonly language: string;
  readonly code: string;
  /** What it prints; null if the page does not say. */
  readonly output: string | null;
}

/** The blocks of each section of the page. */
function sectionsOf(page: string): readonly (readonly [string, readonly Block[]])[] {
  const [, ...sections] = readFileSync(join(repository, page), 'utf8').split(/^## /m);
  return sections.map((section) => {
    const blocks = section.matchAll(/^```(\w+)\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm);
    const heading = section.slice(0, section.indexOf('\n'));
    return [heading, [...blocks].map(([, language = '', code = '', output = null]) => ({ language, code, output }))];
  });
}

/** A pattern of an output, in which `…` stands for any text. */
const patternOf = (output: string): RegExp => {
  const parts = output.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*?')}$`);
};

let consumer: Consumer;
beforeAll(async () => (consumer = await installPackages(join(tmpdir(), 'first-steps'), ['pod-identity-command'])));
afterAll(() => consumer.remove());

/** Runs a block that ends in `npm start`, on free ports. The URLs are those of the gateway and of the simulator. */
async function start(code: string, environment: NodeJS.ProcessEnv) {
  const ports = { PORT: '0', EKS_SIMULATOR_PORT: '0' };
  const server = spawn('bash', ['-c', code], { cwd: repository, env: { ...environment, ...ports }, detached: true });
  const ended = once(server, 'exit');
  // npm starts the gateway in a process of its own: the signal is for the whole group.
  const stop = closeAtEnd(async () => {
    if (server.exitCode === null && server.pid !== undefined) process.kill(-server.pid, 'SIGTERM');
    await ended;
  });
  const urls: string[] = [];
  for await (const line of createInterface({ input: server.stdout })) {
    urls.push(...(line.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []));
    if (line.startsWith('A request:')) break;
  }
  return { urls: [...new Set(urls)], stop };
}

const mark = '--- end of block ---';

test.each(sectionsOf('docs/first-steps.md'))('%s', async (_, blocks) => {
  const folder = mkdtempSync(join(tmpdir(), 'first-steps-'));
  const environment = { ...process.env, LOCAL_FOLDER: join(folder, 'local'), AWS_CONFIG_FILE: '/dev/null' };
  const toFolder = (code: string) => code.replaceAll('/tmp/', `${folder}/`);
  const beginning = blocks.findIndex(({ code }) => code.trimEnd().endsWith('npm start'));
  for (const { code } of blocks.slice(0, beginning)) await run('bash', ['-eu', '-c', toFolder(code)]);
  const { urls, stop } = await start(toFolder(blocks[beginning]?.code ?? ''), environment);

  // In one shell, as in a terminal: what a block defines is there in the later ones.
  const rest = blocks.slice(beginning + 1);
  const commands = rest.map(({ language, code }, index) => {
    if (language === 'sh') return toFolder(code);
    const file = join(consumer.folder, `block-${index}.ts`);
    writeFileSync(file, code);
    return `${process.execPath} --no-warnings ${file}\n`;
  });
  const script = commands
    .map((command) => `${command}echo '${mark}'\n`)
    .join('')
    .replaceAll('http://127.0.0.1:4000', urls[0] ?? '')
    .replaceAll('http://127.0.0.1:4100', urls[1] ?? '');
  const { stdout } = await run('bash', ['-eu', '-c', script], { cwd: repository, env: environment });
  const outputs = stdout.split(`${mark}\n`);
  for (const [index, { output }] of rest.entries()) expect(outputs[index]).toMatch(patternOf(output ?? ''));
  await stop();
  rmSync(folder, { recursive: true });
});
