import { createHmac } from 'node:crypto';
import type { types } from '@slack/bolt';
import { startWebApi } from './web-api.ts';
import type { Message, OnChange } from './web-api.ts';

type Headers = Readonly<Record<string, string>>;

/** A Slack for this machine: its Web API, and people who send signed requests to the bot. */
export async function startSlack(settings: {
  readonly signingSecret: string;
  readonly botUrl: string;
  readonly onChange?: OnChange;
}) {
  const { signingSecret, botUrl, onChange } = settings;
  const api = await startWebApi(onChange);
  const { url, messages, calls, open, lost, setView, trigger } = api;

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
  /** Who has a form open. */
  const people = () => open.keys();
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
    if (element.type === 'plain_text_input') values[name] = { [actionId]: { type: element.type, value: text || null } };
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

  /** Presses the button that begins with a text, in the open form. */
  async function pressInForm(user: string, label: string) {
    const { view, values } = viewOf(user);
    const button = buttonOf({ blocks: view.blocks as types.KnownBlock[] }, label);
    if (button === undefined) throw new Error(`The form has no button ${label}.`);
    const { type, action_id } = button;
    const actions = [{ type, action_id }];
    const filled = { ...view, state: { values } };
    return payload(user, { type: 'block_actions', actions, view: filled, container: {}, response_url: '' });
  }

  const { close } = api;
  return {
    url: `${url}/api/`,
    messages,
    calls,
    lost,
    command,
    options,
    fill,
    submit,
    press,
    pressInForm,
    formOf,
    people,
    viewOf,
    close,
  };
}

function elementOf(view: types.ModalView, name: string) {
  const block = view.blocks.find((one) => one.block_id === name);
  if (block === undefined || !('element' in block)) throw new Error(`The form has no field ${name}.`);
  return block.element as types.PlainTextInput | types.ExternalSelect | types.StaticSelect;
}

export function buttonOf({ blocks }: Pick<Message, 'blocks'>, label: string): types.Button | undefined {
  const elements = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
  return elements.find((one): one is types.Button => one.type === 'button' && one.text.text.startsWith(label));
}
