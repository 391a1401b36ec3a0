import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { types } from '@slack/bolt';
import { problemsOf } from './block-text.ts';

/** A message, as people see it now. */
export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly types.KnownBlock[];
  /** The one person who sees it; null: everyone in the channel. */
  readonly onlyFor: string | null;
}

interface OpenView {
  readonly view: types.ModalView & { readonly id: string; readonly hash: string };
  readonly values: Record<string, Record<string, object>>;
}

type Fields = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

export type LocalSlack = Awaited<ReturnType<typeof startSlack>>;

/**
 * A Slack for this machine: the part of the Web API that the bot uses, and people who send signed requests to the bot. It rejects what
 * Slack would reject: blocks over their limits, and views that were changed meanwhile.
 *
 * @param onChange called with each message or form that is new or was changed, and where it is
 */
export async function startSlack(settings: {
  readonly signingSecret: string;
  readonly botUrl: string;
  readonly onChange?: (where: string, blocks: readonly types.KnownBlock[]) => void;
}) {
  const { signingSecret, botUrl, onChange } = settings;
  const messages: Message[] = [];
  const calls: { readonly method: string; readonly fields: Fields }[] = [];
  const open = new Map<string, OpenView>();
  const triggers = new Map<string, string>();
  let count = 0;
  const next = (prefix: string) => `${prefix}${(count += 1).toString().padStart(6, '0')}`;

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const [, kind = '', name = ''] = new URL(request.url ?? '', url).pathname.split('/');
    const fields = kind === 'api' ? formFields(body) : (JSON.parse(body) as Fields);
    calls.push({ method: kind === 'api' ? name : 'response_url', fields });
    const blocks = (fields.blocks ?? (fields.view as types.ModalView | undefined)?.blocks ?? []) as types.KnownBlock[];
    const problems = problemsOf(blocks, fields.view !== undefined);
    const answer =
      problems.length > 0
        ? { ok: false, error: `invalid_blocks: ${problems.join(' ')}` }
        : answerOf(kind === 'api' ? name : 'reply', fields, name);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  function answerOf(method: string, fields: Fields, user: string): object {
    const { channel, text } = fields as { channel: string; text: string };
    const blocks = (fields.blocks ?? []) as types.KnownBlock[];
    const view = fields.view as types.ModalView;
    switch (method) {
      case 'auth.test':
        return { ok: true, team_id: 'T1', user_id: 'U-BOT', bot_id: 'B-BOT' };
      case 'reply':
        return show({ channel: 'reply', ts: next('1.'), text, blocks, onlyFor: user });
      case 'chat.postEphemeral':
        return show({ channel, ts: next('1.'), text, blocks, onlyFor: fields.user as string });
      case 'chat.postMessage':
        if (channel === 'C-PRIVATE') return { ok: false, error: 'not_in_channel' };
        return show({ channel, ts: next('1.'), text, blocks, onlyFor: null });
      case 'chat.update':
        return show({ channel, ts: fields.ts as string, text, blocks, onlyFor: null });
      case 'views.open': {
        const opener = triggers.get(fields.trigger_id as string);
        if (opener === undefined || !triggers.delete(fields.trigger_id as string))
          return { ok: false, error: 'expired_trigger_id' };
        return { ok: true, view: setView(opener, view, next('V')) };
      }
      case 'views.update': {
        const [opener, shown] = [...open].find(([, one]) => one.view.id === fields.view_id) ?? [];
        if (opener === undefined) return { ok: false, error: 'not_found' };
        if (fields.hash !== undefined && fields.hash !== shown?.view.hash) return { ok: false, error: 'hash_conflict' };
        return { ok: true, view: setView(opener, view, fields.view_id as string) };
      }
      default:
        return { ok: false, error: 'unknown_method' };
    }
  }

  function show(message: Message) {
    const index = messages.findIndex(({ ts }) => ts === message.ts);
    if (index === -1) messages.push(message);
    else messages[index] = message;
    onChange?.(
      message.onlyFor === null ? `message in ${message.channel}` : `for ${message.onlyFor} only`,
      message.blocks,
    );
    return { ok: true, channel: message.channel, ts: message.ts };
  }

  /** Shows a view. Fields that it still has, by block and action, keep their values. */
  function setView(user: string, view: types.ModalView, id: string) {
    const names = new Set(
      view.blocks.flatMap((block) =>
        'element' in block && 'action_id' in block.element ? [block.element.action_id] : [],
      ),
    );
    const before = open.get(user)?.values ?? {};
    const kept = Object.entries(before).filter(([, field]) => Object.keys(field).some((name) => names.has(name)));
    const shown = { ...view, id, hash: next('H'), team_id: 'T1', state: { values: {} } };
    onChange?.(`form of ${user}: ${view.title.text}`, view.blocks as types.KnownBlock[]);
    open.set(user, { view: shown, values: Object.fromEntries(kept) });
    return shown;
  }

  /** Sends a request to the bot as Slack does. */
  function send(
    fields: Readonly<Record<string, string>>,
    headers: Headers = {},
    secret = signingSecret,
  ): Promise<Response> {
    const body = new URLSearchParams(fields).toString();
    const timestamp = Math.floor(Date.now() / 1_000).toString();
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
    const signed = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature, ...headers };
    return fetch(`${botUrl}/slack/events`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...signed },
    });
  }

  const trigger = (user: string) => {
    const id = next('trigger');
    triggers.set(id, user);
    return id;
  };
  const payload = (user: string, fields: object, headers?: Headers) => {
    const who = {
      team: { id: 'T1', domain: 'local' },
      user: { id: user, username: user, team_id: 'T1' },
      api_app_id: 'A1',
      token: '',
    };
    return send({ payload: JSON.stringify({ ...who, trigger_id: trigger(user), ...fields }) }, headers);
  };

  function command(user: string, text: string, channel = 'C1', secret = signingSecret): Promise<Response> {
    // Nobody types a command while a form is open.
    open.delete(user);
    const names = { team_id: 'T1', user_id: user, user_name: user, channel_id: channel, command: '/pod-identity' };
    return send({ ...names, text, trigger_id: trigger(user), response_url: `${url}/reply/${user}` }, {}, secret);
  }

  const formOf = (user: string) => open.get(user);
  const viewOf = (user: string) => {
    const shown = formOf(user);
    if (shown === undefined) throw new Error(`${user} has no form open.`);
    return shown;
  };

  /** What a menu of the open form offers for a typed text. */
  async function options(user: string, name: string, typed: string): Promise<readonly types.PlainTextOption[]> {
    const { view } = viewOf(user);
    const response = await payload(user, {
      type: 'block_suggestion',
      block_id: name,
      action_id: elementOf(view, name).action_id,
      value: typed,
      view,
    });
    return ((await response.json()) as { options: types.PlainTextOption[] }).options;
  }

  /** Fills in a field of the open form; in a menu, chooses the first option for the text. */
  async function fill(user: string, name: string, text: string): Promise<void> {
    const { view, values } = viewOf(user);
    const element = elementOf(view, name);
    const actionId = element.action_id ?? '';
    if (element.type === 'plain_text_input') values[name] = { [actionId]: { type: element.type, value: text } };
    else {
      const all = element.type === 'static_select' ? (element.options ?? []) : await options(user, name, text);
      const option = all.find(({ value }) => value === text) ?? all[0];
      if (option === undefined) throw new Error(`${name} has no option for ${text}.`);
      values[name] = { [actionId]: { type: element.type, selected_option: option } };
      if (name !== 'cluster') return;
      const action = { type: element.type, block_id: name, action_id: actionId, selected_option: option };
      await payload(user, { type: 'block_actions', actions: [action], view, container: {}, response_url: '' });
    }
  }

  /** Submits the open form. */
  async function submit(user: string, headers?: Headers, { view, values } = viewOf(user)): Promise<Response> {
    if (view.submit === undefined) throw new Error(`The form of ${user} can't be submitted.`);
    const response = await payload(user, { type: 'view_submission', view: { ...view, state: { values } } }, headers);
    const text = await response.clone().text();
    const answer = (text === '' ? {} : JSON.parse(text)) as { response_action?: string; view?: types.ModalView };
    if (answer.response_action === 'update' && answer.view) setView(user, answer.view, view.id);
    else if (answer.response_action === undefined) open.delete(user);
    return response;
  }

  /** Presses the button that begins with a text, on the newest message that has one unless it is given. */
  async function press(
    user: string,
    label: string,
    message = messages.findLast((one) => buttonOf(one, label) !== undefined && (one.onlyFor ?? user) === user),
  ) {
    const button = message && buttonOf(message, label);
    if (!message || button === undefined) throw new Error(`No message has a button ${label}.`);
    const { type, action_id, value } = button;
    const about = {
      channel: { id: message.channel, name: '' },
      message: { type: 'message', ts: message.ts },
      container: {},
    };
    return payload(user, {
      type: 'block_actions',
      actions: [{ type, action_id, value }],
      ...about,
      response_url: `${url}/reply/${user}`,
    });
  }

  const close = () => new Promise((resolve) => server.close(resolve));
  return { url: `${url}/api/`, messages, calls, command, options, fill, submit, press, send, formOf, viewOf, close };
}

function elementOf(view: types.ModalView, name: string) {
  const block = view.blocks.find((one) => one.block_id === name);
  if (block === undefined || !('element' in block)) throw new Error(`The form has no field ${name}.`);
  return block.element as types.PlainTextInput | types.ExternalSelect | types.StaticSelect;
}

export function buttonOf({ blocks }: Message, label: string): types.Button | undefined {
  const elements = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
  return elements.find((one): one is types.Button => one.type === 'button' && one.text.text.startsWith(label));
}

function formFields(body: string): Fields {
  const entries = [...new URLSearchParams(body)];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value]),
  );
}
