import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { types } from '@slack/bolt';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { browse } from '../../../packages/command/test/identity-provider/identity-provider.ts';
import { bearer, makeGatewayClient } from '../../../packages/client/src/index.ts';
import { startLocalGateway } from '../../../packages/local-gateway/src/gateway.ts';
import { loadSigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { mintToken, principals } from '../../../packages/local-gateway/src/principals.ts';
import { readLocalSettings } from '../../../packages/local-gateway/src/settings.ts';
import { startSlack } from './local/slack.ts';
import type { Message } from './local/web-api.ts';
import { freePort } from '../../../test/support/free-port.ts';
import { installExample, run } from './programs.ts';
import type { Variables } from './programs.ts';
import { textOf } from './local/block-text.ts';

const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const signingSecret = 'signing-secret';

export type World = Awaited<ReturnType<typeof openWorld>>;

/** The bot as a process, with the local gateway, an identity provider and a Slack, each on a port of its own. */
export async function openWorld(
  changes: {
    readonly gateway?: Variables;
    readonly tokenSeconds?: string;
    readonly decideMs?: number;
    readonly clockErrorMs?: number;
  } = {},
) {
  const local = mkdtempSync(join(tmpdir(), 'slack-bot-'));
  const [{ folder, remove }, port] = await Promise.all([installExample(), freePort()]);
  const botUrl = `http://127.0.0.1:${port}`;
  const gatewaySettings = readLocalSettings({
    ...{ PORT: '0', EKS_SIMULATOR_PORT: '0', LOCAL_FOLDER: local, RECONCILE_INTERVAL_MS: '500' },
    ...{ WEBHOOK_URL: `${botUrl}/pod-identity/events`, WEBHOOK_SECRET: webhookSecret },
    ...changes.gateway,
  });
  const { approvalLimits, times } = gatewaySettings;
  // Shorter than the settings allow.
  const shortened = {
    approvalLimits: { ...approvalLimits, decideMs: changes.decideMs ?? approvalLimits.decideMs },
    times: { ...times, clockErrorMs: changes.clockErrorMs ?? times.clockErrorMs },
  };
  const gateway = await startLocalGateway({ ...gatewaySettings, ...shortened }, () => undefined);
  const closeGateway = closeAtEnd(gateway.close);
  const provider = await run(
    folder,
    ['test/local/identity-provider.ts', local, changes.tokenSeconds ?? '600'],
    {},
    /^Issuer (\S+)/,
  );
  const slack = await startSlack({ signingSecret, botUrl });
  const closeSlack = closeAtEnd(slack.close);
  const env = {
    ...{ PORT: String(port), PUBLIC_URL: botUrl, GATEWAY_URL: gateway.url, WEBHOOK_SECRET: webhookSecret },
    ...{ SLACK_BOT_TOKEN: 'local', SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: slack.url },
    ...{ OIDC_ISSUER: provider.match[1] ?? '', OIDC_CLIENT_ID: 'slack-bot', OIDC_CLIENT_SECRET: 'local' },
    ...{ OIDC_PARAMETERS: 'scope=openid', STATE_FILE: join(local, 'bot.json'), DRIFT_CHANNEL: 'C-DRIFT' },
    APPROVERS: 'platform-admins=C-APPROVERS/SADMINS',
  };
  const startBot = () => run(folder, ['src/main.ts'], env, /^The bot listens/);
  let bot = await startBot();
  /** @param whileStopped what happens to its state before it starts again */
  const restartBot = async (whileStopped: (stateFile: string) => void = () => undefined) => {
    await bot.stop();
    whileStopped(env.STATE_FILE);
    bot = await startBot();
  };

  /** Links a person's account: opens the link of the bot's reply as that person, and sends the code of the page. */
  async function link(person: string, account = person): Promise<string> {
    const page = await openLink(person, account);
    const [, code = ''] = /link ([A-Z0-9-]+)</.exec(page) ?? [];
    await slack.command(person, `link ${code}`);
    await reply(person, `The bot now acts as ${account} for you.`);
    return page;
  }

  async function openLink(person: string, account: string): Promise<string> {
    await slack.command(person, 'link');
    const { blocks } = await reply(person, 'Link your account');
    const [, url = ''] = /\[Sign in\] (\S+)/.exec(textOf(blocks)) ?? [];
    return browse(url, 'allow', account);
  }

  /** The newest message that matches, once there is one. */
  const seen = (matches: (message: Message) => boolean, what: string): Promise<Message> =>
    until(() => slack.messages.findLast(matches), what);

  /** Waits until there is something. */
  async function until<Found>(find: () => Found | undefined | false, what: string): Promise<Found> {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      const found = find();
      if (found !== undefined && found !== false) return found;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const shown = slack.messages.map(({ blocks }) => textOf(blocks)).slice(-4);
    const forms = [...slack.people()].map((person) => `${person}: ${shownForm(person)}`);
    throw new Error(`No ${what}. The last messages:\n${shown.join('\n---\n')}\nForms:\n${forms.join('\n---\n')}`);
  }

  /** What only this person sees. */
  const reply = (person: string, text: string) =>
    seen(({ onlyFor, blocks }) => onlyFor === person && textOf(blocks).includes(text), `reply to ${person}: ${text}`);
  /** A reply without blocks. */
  const replyText = (person: string, text: string) =>
    seen((one) => one.onlyFor === person && one.text === text, `reply to ${person}: ${text}`);
  /** What the channel sees. */
  const message = (text: string) =>
    seen(({ onlyFor, blocks }) => onlyFor === null && textOf(blocks).includes(text), `message: ${text}`);

  /** The open form of a person; empty without one. */
  function shownForm(person: string): string {
    const view = slack.formOf(person)?.view;
    return view === undefined ? '' : `${view.title.text}\n${textOf(view.blocks as types.KnownBlock[])}`;
  }

  /** The form of a person, once there is one with this text. */
  const form = (person: string, text: string): Promise<string> =>
    until(() => {
      const shown = shownForm(person);
      return shown.includes(text) && shown;
    }, `form of ${person} with ${text}`);

  /** Fills in the forms of a request, up to the last one. */
  async function prepare(person: string, fields: Variables): Promise<string> {
    const { cluster = 'apps-dev', namespace = 'payments', service_account = 'api', tags = '', ...rest } = fields;
    await slack.command(person, 'bind', fields.channel ?? 'C1');
    await form(person, 'Cluster');
    await slack.fill(person, 'cluster', cluster);
    await form(person, 'Namespace');
    await slack.fill(person, 'namespace', namespace);
    await slack.fill(person, 'service_account', service_account);
    await slack.fill(person, 'tags', tags);
    await slack.submit(person);
    for (const [name, text] of Object.entries({ role: `${namespace}-api`, days: '0', ...rest })) {
      if (name !== 'channel') await slack.fill(person, name, text);
    }
    await slack.submit(person);
    return until(() => slack.viewOf(person).view.title.text !== 'Checking' && shownForm(person), 'end of the dry run');
  }

  /** A client of a person beside the bot, such as the command line. */
  async function clientOf(person: string) {
    const principal = principals.find(({ name }) => name === person);
    if (principal === undefined) throw new Error(`${person} is not an example principal.`);
    const token = await mintToken(await loadSigningKey(local), principal, { expiresInSeconds: 600 });
    return makeGatewayClient({ url: gateway.url, authentication: bearer(token) });
  }

  /** Delivers an event as the gateway does. */
  function deliver(body: string, signature?: string): Promise<Response> {
    const timestamp = Math.floor(Date.now() / 1_000).toString();
    const key = Buffer.from(webhookSecret.slice('whsec_'.length), 'base64');
    const signed = `v1,${createHmac('sha256', key).update(`id.${timestamp}.${body}`).digest('base64')}`;
    const headers = { 'webhook-id': 'id', 'webhook-timestamp': timestamp, 'webhook-signature': signature ?? signed };
    return fetch(`${botUrl}/pod-identity/events`, { method: 'POST', body, headers });
  }

  const close = async () => {
    await bot.stop();
    await provider.stop();
    await closeGateway();
    await closeSlack();
    remove();
    rmSync(local, { recursive: true });
  };
  const stateMode = () => (statSync(join(local, 'bot.json')).mode & 0o777).toString(8);
  const associations = () => gateway.simulator?.control.associations() ?? [];
  return {
    ...{
      slack,
      gateway,
      botUrl,
      deliver,
      link,
      openLink,
      reply,
      replyText,
      seen,
      message,
      form,
      until,
      prepare,
      associations,
      stateMode,
      clientOf,
    },
    restartBot,
    close,
  };
}
