import { textOf } from '../local/block-text.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.link('alice');
  await world.reply('alice', 'Your account is linked');
}, 120_000);
afterAll(() => world.close());

test('shows the linked account as the gateway sees it', async () => {
  await world.slack.command('alice', 'whoami');
  const { blocks } = await world.reply('alice', 'issuer.example#alice');
  expect(textOf(blocks)).toContain('payments-team');
});

test('binds a role, and shows it in one message', async () => {
  const shown = await world.prepare('alice', {
    service_account: 'bound',
    tags: 'team=payments',
    reason: 'The API reads its bucket.',
  });
  expect(shown).toContain('Policy permits it.');
  await world.slack.submit('alice');
  const { blocks } = await world.message('Done');
  expect(textOf(blocks)).toMatch(/^Done\n@alice binds arn:aws:iam::111122223333:role\/pods\/payments\/payments-api\n/);
  expect(world.associations().map(({ serviceAccount }) => serviceAccount)).toEqual(['bound']);
});
