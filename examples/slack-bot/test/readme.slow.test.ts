// No quick test: it is about programs or packages as they run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { browse } from '../../../packages/command/test/identity-provider/identity-provider.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { freePort } from '../../../test/support/free-port.ts';
import { installExample } from './programs.ts';

const example = join(import.meta.dirname, '..');
const readme = readFileSync(join(example, 'README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);

/** Runs a block of the page, and calls back with each line that it prints. */
function start(code: string, cwd: string, env: NodeJS.ProcessEnv, onLine: (line: string) => void) {
  const child = spawn('bash', ['-euc', code], { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  createInterface({ input: child.stdout }).on('line', onLine);
  const exited = once(child, 'exit');
  // npm starts programs of its own: the signal is for all of them.
  const stop = closeAtEnd(async () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await exited;
  });
  return { stdin: child.stdin, stop };
}

test('the bot can be tried without Slack as the page says', async () => {
  const [{ folder, remove }, port] = await Promise.all([installExample(), freePort()]);
  cpSync(join(example, 'package.json'), join(folder, 'package.json'));
  const local = mkdtempSync(join(tmpdir(), 'slack-bot-readme-'));
  const [, startGateway = '', startBot = ''] = blocks('sh').map((code) => code.replaceAll(':3000', `:${port}`));
  const [session = '', result = '', approvedSession = '', approved = ''] = blocks('text');
  const ports = { PORT: '0', EKS_SIMULATOR_PORT: '0', LOCAL_FOLDER: local };

  const gatewayUrl = Promise.withResolvers<string>();
  const gateway = start(startGateway, join(example, '../..'), { ...process.env, ...ports }, (line) => {
    const [, url] = /^GraphQL +(http:\S+)\/graphql/.exec(line) ?? [];
    if (url !== undefined) gatewayUrl.resolve(url);
  });
  const settings = { PORT: String(port), GATEWAY_URL: await gatewayUrl.promise, LOCAL_FOLDER: local };

  let printed = '';
  const bot = start(startBot, folder, { ...process.env, ...settings }, (line) => (printed += `${line}\n`));
  const shows = async (pattern: RegExp) => {
    for (let attempt = 0; attempt < 800; attempt += 1) {
      const match = pattern.exec(printed);
      if (match !== null) return match;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`The bot did not print ${pattern.source}:\n${printed}`);
  };
  await shows(/^What a person does/m);
  const shownAs = (text: string) => new RegExp(text.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  let code = '';
  for (const [lines, end] of [
    [session, result],
    [approvedSession, approved],
  ] as const) {
    for (const line of lines.trim().split('\n')) {
      const [person = ''] = line.split(' ');
      // What was shown before is not the answer to this line.
      if (/ (link|CODE|Review)$/.test(line)) printed = '';
      bot.stdin.write(`${line.replace('CODE', code)}\n`);
      if (line.endsWith('CODE')) await shows(/Your account is linked/);
      // A person waits for the message before the button is pressed, and for the form before it is submitted.
      if (line === 'kim press Review') await shows(/form of kim[^]*Comment, for the audit trail/);
      if (!line.endsWith(' link')) continue;
      const [, url = ''] = await shows(/\[Sign in\] (\S+)/);
      [, code = ''] = /link ([A-Z0-9-]+)</.exec(await browse(url, 'allow', person)) ?? [];
    }
    await shows(shownAs(end));
  }
  await bot.stop();
  await gateway.stop();
  remove();
  rmSync(local, { recursive: true });
});

test('the manifest has the command, the paths and the scopes of the bot', () => {
  const manifest = readFileSync(join(example, 'manifest.json'), 'utf8');
  expect(manifest).toContain('"command": "/pod-identity"');
  const urls = [...manifest.matchAll(/"(?:\w*url)": "(.*)"/g)].map(([, url]) => url);
  expect(urls).toEqual(Array.from({ length: 3 }, () => 'https://bot.example/slack/events'));
  const { oauth_config: oauth } = JSON.parse(manifest) as { oauth_config: { scopes: { bot: string[] } } };
  for (const scope of oauth.scopes.bot) expect(readme).toContain(`\`${scope}\``);
});
