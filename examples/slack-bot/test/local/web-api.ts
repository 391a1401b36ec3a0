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

/** Called with each message or form that is new or was changed, and where it is. */
export type OnChange = (where: string, blocks: readonly types.KnownBlock[]) => void;

/**
 * The part of Slack's Web API that the bot uses, on this machine. It rejects what Slack would reject: blocks over their limits, and triggers that
 * were used.
 */
export async function startWebApi(onChange: OnChange = () => undefined) {
  const messages: Message[] = [];
  const calls: { readonly method: string; readonly fields: Fields }[] = [];
  /** The form that each person has open. */
  const open = new Map<string, OpenView>();
  const triggers = new Map<string, string>();
  /** Methods whose requests or answers get lost: who called waits for an answer until they stop. */
  const lost = new Map<string, 'request' | 'answer'>();
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
    if (lost.get(name) === 'request') return;
    const blocks = (fields.blocks ?? (fields.view as types.ModalView | undefined)?.blocks ?? []) as types.KnownBlock[];
    const problems = problemsOf(blocks, fields.view !== undefined);
    const answer =
      problems.length > 0
        ? { ok: false, error: `invalid_blocks: ${problems.join(' ')}` }
        : answerOf(kind === 'api' ? name : 'reply', fields, name);
    if (lost.get(name) === 'answer') return;
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
        const [opener] = [...open].find(([, one]) => one.view.id === fields.view_id) ?? [];
        if (opener === undefined) return { ok: false, error: 'not_found' };
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
    onChange(
      message.onlyFor === null ? `message in ${message.channel}` : `for ${message.onlyFor} only`,
      message.blocks,
    );
    return { ok: true, channel: message.channel, ts: message.ts };
  }

  /** Shows a view. Fields that it still has, by block and action, keep their values; others have their initial ones. */
  function setView(user: string, view: types.ModalView, id: string) {
    const before = open.get(user)?.values ?? {};
    const values = view.blocks.flatMap((block) => {
      if (!('element' in block) || !('action_id' in block.element)) return [];
      const { block_id: name = '', element } = block;
      const action = (element as { action_id: string }).action_id;
      const value = before[name]?.[action] ?? initialOf(element as Initial);
      return value === null ? [] : [[name, { [action]: value }] as const];
    });
    const shown = { ...view, id, hash: next('H'), team_id: 'T1', state: { values: {} } };
    onChange(`form of ${user}: ${view.title.text}`, view.blocks as types.KnownBlock[]);
    open.set(user, { view: shown, values: Object.fromEntries(values) });
    return shown;
  }

  /** What a person did, with which the bot may open a form. */
  function trigger(user: string): string {
    const id = next('trigger');
    triggers.set(id, user);
    return id;
  }

  const close = () => new Promise((resolve) => server.close(resolve));
  return { url, messages, calls, open, lost, setView, trigger, close };
}

interface Initial {
  readonly type: string;
  readonly initial_option?: object;
  readonly initial_value?: string;
}

function initialOf({ type, initial_option, initial_value }: Initial): object | null {
  if (initial_option !== undefined) return { type, selected_option: initial_option };
  return initial_value === undefined ? null : { type, value: initial_value };
}

function formFields(body: string): Fields {
  const entries = [...new URLSearchParams(body)];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value]),
  );
}
