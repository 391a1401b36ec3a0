// The bot with a Slack and an identity provider on this machine, for the gateway of `npm start`. Reads what people do from standard input.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { types } from '@slack/bolt';
import { startBot } from '../../src/bot.ts';
import { readSettings } from '../../src/settings.ts';
import { textOf } from './block-text.ts';
import { buttonOf, startSlack } from './slack.ts';

const usage = `What a person does, one line each:
  PERSON /pod-identity …        sends the command; try it without words
  PERSON fill FIELD TEXT        fills in a field of the open form: cluster, namespace, service_account, tags, role, days, reason, comment
  PERSON submit                 submits the form
  PERSON press BUTTON           presses the button that begins so, of the open form or else the newest message
People: alice, bob, pat, kim, and any other name. Any password is right.
`;

const {
  PORT: port = '3000',
  GATEWAY_URL: gatewayUrl = 'http://127.0.0.1:4000',
  WEBHOOK_SECRET: webhookSecret = '',
  LOCAL_FOLDER: localFolder = '../../.local',
} = process.env;
const botUrl = `http://127.0.0.1:${port}`;
const signingSecret = 'local';
const provider = spawn(
  process.execPath,
  ['--no-warnings', join(import.meta.dirname, 'identity-provider.ts'), localFolder],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
process.once('exit', () => provider.kill());
const slack = await startSlack({ signingSecret, botUrl, onChange: (where, blocks) => show(where, blocks) });
const issuer = await new Promise<string>((resolve, reject) => {
  provider.once('exit', () =>
    reject(new Error('Start the gateway first: the identity provider uses its signing key.')),
  );
  createInterface({ input: provider.stdout }).once('line', (line) => resolve(line.replace('Issuer ', '')));
});
const bot = await startBot(
  readSettings({
    ...{ PORT: port, PUBLIC_URL: botUrl, GATEWAY_URL: gatewayUrl, WEBHOOK_SECRET: webhookSecret },
    APPROVERS: 'platform-admins=C-APPROVERS',
    ...{ SLACK_BOT_TOKEN: 'local', SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: slack.url },
    ...{
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: 'slack-bot',
      OIDC_CLIENT_SECRET: 'local',
      OIDC_PARAMETERS: 'scope=openid',
    },
  }),
);
process.stdout.write(usage);

for await (const line of createInterface({ input: process.stdin })) {
  const [person = '', verb = '', ...words] = line.trim().split(/\s+/);
  if (person !== '') await act(person, verb, words).catch((error: unknown) => console.log(String(error)));
}
await bot.stop();
process.exit();

/** Whoever has a form open sees its buttons first. */
async function press(person: string, label: string): Promise<unknown> {
  const blocks = slack.formOf(person)?.view.blocks as types.KnownBlock[] | undefined;
  const isInForm = blocks !== undefined && buttonOf({ blocks }, label) !== undefined;
  return isInForm ? slack.pressInForm(person, label) : slack.press(person, label);
}

function show(where: string, blocks: readonly types.KnownBlock[]): void {
  process.stdout.write(`--- ${where}\n${textOf(blocks)}\n\n`);
}

async function act(person: string, verb: string, words: readonly string[]): Promise<unknown> {
  switch (verb) {
    case '/pod-identity':
      return slack.command(person, words.join(' '));
    case 'fill':
      return eventually(() => slack.fill(person, words[0] ?? '', words.slice(1).join(' ')));
    case 'submit':
      return eventually(() => slack.submit(person));
    case 'press':
      return eventually(() => press(person, words.join(' ')));
    default:
      process.stdout.write(usage);
  }
}

/** The bot works after it has acknowledged: what a person sees next may take a moment. */
async function eventually(step: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await step();
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(100);
    }
  }
}
