// Quick test: examples/slack-bot/test/account-links.test.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { textOf } from './local/block-text.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({
    gateway: { EXPIRE_INTERVAL_MS: '200' },
    clockErrorMs: 0,
    decideMs: 2_000,
    tokenSeconds: '20',
  });
});
afterAll(() => world.close());

const codeOf = (page: string) => /link ([A-Z0-9-]+)</.exec(page)?.[1] ?? '';

test('who opens the link of another person links nothing: the code is for who asked, and only the browser shows it', async () => {
  const page = await world.openLink('mallory', 'alice');
  expect(page).toContain('You signed in as <b>alice</b>');
  expect(page).toContain('The Slack user mallory asked for this.');
  await world.slack.command('alice', `link ${codeOf(page)}`);
  await world.reply('alice', 'The code is wrong, or too old.');
  await world.slack.command('mallory', 'link AAAA-AAAA');
  await world.reply('mallory', 'The code is wrong, or too old.');
  await world.slack.command('mallory', 'whoami');
  await world.reply('mallory', 'Your Slack user is not linked');
});

test('a code ends after five wrong attempts', async () => {
  const code = codeOf(await world.openLink('eve', 'alice'));
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = world.slack.messages.length;
    await world.slack.command('eve', 'link AAAA-AAAA');
    await world.until(() => world.slack.messages.length > before, 'reply');
  }
  const before = world.slack.messages.length;
  await world.slack.command('eve', `link ${code}`);
  await world.until(() => world.slack.messages.length > before, 'reply');
  expect(textOf(world.slack.messages.at(-1)?.blocks ?? [])).toContain('Not linked');
});

test('a sign-in can be ended once, and not with an unknown state', async () => {
  const forged = await fetch(`${world.botUrl}/link/callback?code=x&state=forged`);
  expect([forged.status, forged.headers.get('content-security-policy')]).toEqual([
    400,
    expect.stringContaining("'none'"),
  ]);
  expect(await forged.text()).toContain('used already');
});

test('tokens are renewed, links survive a restart in a file for the owner only, and end with unlink', async () => {
  await world.link('pat');
  await world.restartBot();
  for (let turn = 0; turn < 2; turn += 1) {
    const before = world.slack.messages.length;
    await world.slack.command('pat', 'whoami');
    await world.until(() => world.slack.messages.length > before, 'reply');
    expect(textOf(world.slack.messages.at(-1)?.blocks ?? [])).toContain('issuer.example#pat');
  }
  expect(world.stateMode()).toBe('600');
});

test('a person whose sign-in has ended gets the link for another one in place of empty menus', async () => {
  await world.link('dana', 'alice');
  await world.restartBot((stateFile) => {
    const items = JSON.parse(readFileSync(stateFile, 'utf8')) as [string, { value: object }][];
    const ended = items.map(([key, item]) =>
      key === 'link:T1:dana'
        ? [key, { ...item, value: { ...item.value, expiresAt: 0, refreshToken: null } }]
        : [key, item],
    );
    writeFileSync(stateFile, JSON.stringify(ended));
  });
  await world.slack.command('dana', 'bind');
  expect(await world.form('dana', 'Your sign-in has ended.')).toContain('[Sign in]');
});

test('an approval that is not given in time ends its message without a press', async () => {
  const place = { cluster: 'prod', namespace: 'kube-system', service_account: 'karpenter', tags: 'team=platform' };
  await world.prepare('pat', { ...place, role: 'arn:aws:iam::111122223333:role/pods/kube-system/ebs-csi-driver' });
  await world.slack.submit('pat');
  await world.message('Others have to agree first');
  const { blocks } = await world.message('The time for the approval is over');
  expect(blocks.some(({ type }) => type === 'actions')).toBe(false);
});

test('after unlink, the bot does not act for the person', async () => {
  await world.slack.command('pat', 'unlink');
  await world.reply('pat', 'Your account is not linked any more');
  await world.slack.command('pat', 'bind');
  await world.reply('pat', 'Link your account');
});
