// Quick test: examples/slack-bot/test/render.test.ts.
import { textOf } from './local/block-text.ts';
import type { Draft } from '../src/forms.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ gateway: { SCAN_INTERVAL_MS: '500' } });
  await world.link('alice');
});
afterAll(() => world.close());

const tags = 'team=payments';
const payments = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
const creates = () => world.gateway.simulator?.control.requests('CreatePodIdentityAssociation').length;
/** How often a message about this service account was posted. */
const posted = (serviceAccount: string) =>
  world.slack.calls.filter(
    ({ method, fields }) =>
      method === 'chat.postMessage' && JSON.stringify(fields).includes(`payments/${serviceAccount}"`),
  ).length;

test('shows the linked account as the gateway sees it, and to others how to link one', async () => {
  await world.slack.command('alice', 'whoami');
  expect(textOf((await world.reply('alice', 'issuer.example#alice')).blocks)).toContain('payments-team');
  await world.slack.command('bob', 'whoami');
  await world.reply('bob', 'Link your account');
});

test('menus have what the person may use, filtered by what they type', async () => {
  await world.slack.command('alice', 'bind');
  await world.form('alice', 'Cluster');
  const labels = async (name: string, typed: string) =>
    (await world.slack.options('alice', name, typed)).map(({ text }) => text.text);
  expect(await labels('cluster', '')).toEqual(['apps-dev (dev, 111122223333)', 'apps-prod (prod, 111122223333)']);
  expect(await labels('cluster', 'prod')).toEqual(['apps-prod (prod, 111122223333)']);
  await world.slack.fill('alice', 'cluster', 'dev');
  await world.form('alice', 'Namespace');
  expect(await labels('namespace', '')).toContain('payments');
  expect(await labels('namespace', 'payments-eu')).toEqual(['payments-eu']);
});

test('a dry run shows what would happen; then one message goes from checking to done', async () => {
  const shown = await world.prepare('alice', { service_account: 'bound', tags, reason: 'The API reads its bucket.' });
  expect(shown).toContain('Policy permits it.');
  expect(world.associations()).toEqual([]);
  await world.slack.submit('alice');
  const { ts, blocks } = await world.message('Done');
  expect(textOf(blocks)).toMatch(/^Done\n@alice binds arn:aws:iam::111122223333:role\/pods\/payments\/payments-api\n/);
  const edits = world.slack.calls.filter(({ method, fields }) => method === 'chat.update' && fields.ts === ts);
  expect(edits).toHaveLength(1);
  expect(posted('bound')).toBe(1);
});

test('a submission that Slack delivers again is a replay: one association, one message', async () => {
  await world.prepare('alice', { service_account: 'resent', tags, days: '7' });
  const form = world.slack.viewOf('alice');
  const before = creates() ?? 0;
  const again = { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' };
  await Promise.all([world.slack.submit('alice', {}, form), world.slack.submit('alice', again, form)]);
  await world.seen(({ blocks }) => /^Done[^]*payments\/resent/.test(textOf(blocks)), 'end of the request');
  await world.restartBot();
  await world.slack.submit('alice', again, form);
  expect(creates()).toBe(before + 1);
  expect(posted('resent')).toBe(1);
  expect(world.associations().filter(({ serviceAccount }) => serviceAccount === 'resent')).toHaveLength(1);
});

test('a denial names the rule, what to do and the owners, in the dry run and in the message', async () => {
  const shown = await world.prepare('alice', { service_account: 'other', role: payments });
  expect(shown).toMatch(/Would be refused[^]*Denied by policy\nRule [\w-]+: [^]*What to do: /);
  expect(world.slack.viewOf('alice').view.submit).toBeUndefined();

  await world.prepare('alice', { service_account: 'foreign', tags });
  const { view, values } = world.slack.viewOf('alice');
  const elsewhere = view.private_metadata?.replace('"namespace":"payments"', '"namespace":"search"');
  await world.slack.submit('alice', {}, { view: { ...view, private_metadata: elsewhere ?? '' }, values });
  const { blocks } = await world.message('Denied by policy');
  expect(textOf(blocks)).toMatch(
    /No rule lets you create associations in namespace search\.\nWhat to do: .*\nOwners: search-team/,
  );
});

test('from a refusal, people go back to either form, which has what they filled in, and correct it', async () => {
  const shown = await world.prepare('alice', {
    service_account: 'corrected',
    role: payments,
    days: '7',
    reason: 'Why',
  });
  expect(shown).toContain('Would be refused');
  await world.slack.pressInForm('alice', 'Back');
  await world.form('alice', 'Reason, for the audit trail');
  const valueOf = (name: string) => JSON.stringify(world.slack.viewOf('alice').values[name]);
  expect([valueOf('role'), valueOf('days'), valueOf('reason')]).toEqual([
    expect.stringContaining(payments),
    expect.stringContaining('"7"'),
    expect.stringContaining('Why'),
  ]);
  await world.slack.submit('alice');
  await world.form('alice', 'Would be refused');
  await world.slack.pressInForm('alice', 'Change place');
  await world.form('alice', 'Tags, as key=value');
  expect(valueOf('service_account')).toContain('corrected');
  expect(valueOf('tags')).toContain('"team="');
  await world.slack.fill('alice', 'tags', tags);
  await world.slack.submit('alice');
  await world.slack.fill('alice', 'role', payments);
  await world.slack.submit('alice');
  await world.form('alice', 'Ready to send');
  await world.slack.submit('alice');
  const done = await world.message('payments/corrected');
  await world.seen(({ ts, blocks }) => ts === done.ts && textOf(blocks).startsWith('Done'), 'end of the message');
});

test('Done says how to restart the pods', async () => {
  await world.prepare('alice', { service_account: 'restarted', tags });
  await world.slack.submit('alice');
  const { blocks } = await world.seen((one) => /^Done[^]*payments\/restarted/.test(textOf(one.blocks)), 'end');
  expect(textOf(blocks)).toContain('kubectl -n payments rollout restart deployment/<name>');
});

test('a request in progress says why and until when, and an event ends its message', async () => {
  await world.prepare('alice', { service_account: 'late', tags });
  const { view } = world.slack.viewOf('alice');
  const late = { operation: 'CreatePodIdentityAssociation', kind: 'late-effect', delayMs: 2_000 } as const;
  world.gateway.simulator?.control.addFault(late);
  await world.slack.submit('alice');
  const { ts, blocks } = await world.message('In progress');
  expect(textOf(blocks)).toMatch(/visible in EKS; [^]*at the latest \d{4}-/);

  // As the reconciler does a minute later: another client looks at the operation, and the bot hears of its end by the event only.
  const { input } = JSON.parse(view.private_metadata ?? '') as Draft;
  const client = await world.clientOf('alice');
  const clientRequestToken = `slack-T1-${view.id}`;
  const ended = await client.createPodIdentityAssociation({ ...input, clientRequestToken });
  expect(ended.kind).toBe('succeeded');
  await world.seen((one) => one.ts === ts && textOf(one.blocks).startsWith('Done'), 'end of the message');
  expect(posted('late')).toBe(1);
});

test('a change that was not done is tried again by who asked, and neither by another person nor after a restart', async () => {
  await world.prepare('alice', { service_account: 'throttled', tags });
  const { control } = world.gateway.simulator ?? {};
  control?.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle', times: 20 });
  // The bot stops before it learns that the message is shown.
  world.slack.lost.set('chat.update', 'answer');
  await world.slack.submit('alice');
  const stopped = await world.message('EKS is busy');
  control?.clearFaults();
  world.slack.lost.clear();
  await world.restartBot();
  await world.slack.press('bob', 'Try again', stopped);
  await world.replyText('bob', 'Only who asked can try again.');
  expect(world.associations().map(({ serviceAccount }) => serviceAccount)).not.toContain('throttled');
  await world.slack.press('alice', 'Try again', stopped);
  await world.seen(({ ts, blocks }) => ts === stopped.ts && textOf(blocks).startsWith('Done'), 'end of the message');
});

test('a message whose edit was lost is edited at the next start', async () => {
  await world.prepare('alice', { service_account: 'unedited', tags });
  world.gateway.simulator?.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle', times: 20 });
  const edits = () => world.slack.calls.filter(({ method }) => method === 'chat.update').length;
  const before = edits();
  world.slack.lost.set('chat.update', 'request');
  await world.slack.submit('alice');
  await world.until(() => edits() > before, 'edit');
  world.gateway.simulator?.control.clearFaults();
  world.slack.lost.clear();
  await world.restartBot();
  await world.seen(({ blocks }) => /^EKS is busy[^]*payments\/unedited/.test(textOf(blocks)), 'edit after the start');
  expect(world.associations().map(({ serviceAccount }) => serviceAccount)).not.toContain('unedited');
});

/** Fills in the first form. */
async function fillPlace(serviceAccount: string): Promise<void> {
  await world.slack.command('alice', 'bind');
  await world.form('alice', 'Cluster');
  await world.slack.fill('alice', 'cluster', 'dev');
  await world.form('alice', 'Namespace');
  await world.slack.fill('alice', 'namespace', 'payments');
  await world.slack.fill('alice', 'service_account', serviceAccount);
}

test('the first form says which of its fields is not valid, where no role could be chosen afterwards', async () => {
  await fillPlace('Not_valid');
  await world.slack.fill('alice', 'tags', 'team=a, team=b');
  expect(await (await world.slack.submit('alice')).json()).toEqual({
    response_action: 'errors',
    errors: {
      service_account: expect.stringMatching(/^serviceAccount "Not_valid" is not an RFC 1123 subdomain: /) as string,
      tags: 'tags.1.key "team" duplicates tags.0.key. Keep either tags.0 or tags.1: keys must be unique.',
    },
  });
});

test('a namespace that was chosen for another cluster has to be chosen again', async () => {
  await fillPlace('api');
  const { view, values } = world.slack.viewOf('alice');
  // Submitted before the form shows the namespaces of the other cluster.
  const [prod] = await world.slack.options('alice', 'cluster', 'prod');
  const changed = { ...values, cluster: { cluster: { selected_option: prod } } };
  const answer = await world.slack.submit('alice', {}, { view, values: changed });
  expect(await answer.json()).toEqual({
    response_action: 'errors',
    errors: { namespace: 'Choose a namespace of this cluster.' },
  });
});

test('text of people is shown as text: no mention, no link, no markup', async () => {
  const reason = '<!channel> <@U1> <https://evil.example|bank> `x` *b* \u202E' + 'long '.repeat(100);
  await world.prepare('alice', { service_account: 'hostile', tags, reason });
  await world.slack.submit('alice');
  const { text, blocks } = await world.message('<!channel> <@U1> <https://evil.example|bank> `x` *b* \\u{202e}');
  expect(text).toMatch(/^Pod identity: \w+$/);
  expect(JSON.stringify(blocks)).not.toContain('mrkdwn');
  const elements = JSON.stringify(world.slack.calls).match(/"type":"(link|broadcast|channel|mrkdwn)"/g);
  expect(elements).toBeNull();
});

test('a message goes to the person where the bot is not in the channel', async () => {
  await world.prepare('alice', { service_account: 'private', tags, channel: 'C-PRIVATE' });
  await world.slack.submit('alice');
  expect((await world.message('payments/private')).channel).toBe('alice');
});

test('an error of the gateway is an ephemeral reply with its request id', async () => {
  await world.slack.command('alice', `list ${'x'.repeat(200)}`);
  expect(textOf((await world.reply('alice', 'Request id: ')).blocks)).toMatch(/Request id: \S+/);
});

test('a request that is not signed by Slack is refused', async () => {
  // A message of an earlier test can be edited still.
  const replies = () => world.slack.calls.filter(({ method }) => method === 'response_url').length;
  const before = replies();
  expect((await world.slack.command('alice', 'whoami', 'C1', 'another secret')).status).toBe(401);
  expect(replies()).toBe(before);
});

test('drift is told once in its channel, however often its event is delivered; an event that is not signed is refused', async () => {
  const target = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'drifted' };
  const body = JSON.stringify({ id: 'drift-1', type: 'drift.found', operationId: 'drift-1', target });
  expect((await world.deliver(body, 'v1,AAAA')).status).toBe(400);
  for (let delivery = 0; delivery < 2; delivery += 1) expect((await world.deliver(body)).status).toBe(204);
  world.gateway.simulator?.control.createAssociation({
    ...{ clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'shadow' },
    roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
  });
  expect((await world.message('payments/shadow')).channel).toBe('C-DRIFT');
  expect(posted('drifted')).toBe(1);
});
