import { webApi } from '@slack/bolt';
import { makeApproverNews } from '../src/approvers.ts';
import type { ApprovalEvent } from '../src/approvers.ts';
import { makeAccountLinks } from '../src/link.ts';
import { readPageUrl } from '../src/page.ts';
import { readSettings } from '../src/settings.ts';
import { openStore } from '../src/store.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { textOf } from './local/block-text.ts';
import { startWebApi } from './local/web-api.ts';

/** The news, with a Slack on this machine. */
async function openNews(approvers = 'platform-admins=C-APPROVERS/SADMINS') {
  const api = await startWebApi();
  closeAtEnd(api.close);
  const settings = readSettings({
    ...{ PUBLIC_URL: 'http://127.0.0.1:1', GATEWAY_URL: 'http://127.0.0.1:1', WEBHOOK_SECRET: 'whsec_AA==' },
    ...{ SLACK_BOT_TOKEN: 'local', SLACK_SIGNING_SECRET: 'local', SLACK_API_URL: `${api.url}/api/` },
    ...{ OIDC_ISSUER: 'http://127.0.0.1:1', OIDC_CLIENT_ID: 'slack-bot', APPROVERS: approvers },
  });
  const store = openStore(undefined);
  const slack = new webApi.WebClient('local', { slackApiUrl: settings.slack.apiUrl ?? '' });
  const news = makeApproverNews({ settings, store, slack, links: makeAccountLinks(settings, store) }, (error) =>
    failures.push(error),
  );
  const failures: unknown[] = [];
  const posted = () => api.calls.filter(({ method }) => method === 'chat.postMessage').map(({ fields }) => fields);
  const shown = () => api.messages.map(({ blocks }) => textOf(blocks));
  return { news, posted, shown, failures, store };
}

const now = Date.parse('2026-12-01T12:00:00Z');
const expiresAt = '2026-12-02T12:00:00.000Z';
const hourBefore = Date.parse(expiresAt) - 3_000_000;
const event = (type: string, id = 'approval-1', group = 'platform-admins'): ApprovalEvent => ({
  type,
  operation: 'DELETE_POD_IDENTITY_ASSOCIATION',
  principal: { id: 'https://issuer.example#pat' },
  target: { clusterName: 'apps-prod', namespace: 'payments', serviceAccount: 'api' },
  approval: { id, needs: [{ group, count: 2 }], expiresAt },
});

test('an event that is delivered again tells nothing again', async () => {
  const { news, posted } = await openNews();
  await Promise.all([news.handle(event('approval.requested')), news.handle(event('approval.requested'))]);
  expect(posted()).toHaveLength(1);
});

test('a message has the link to the page once its address is known, and the short id', async () => {
  const { news, shown, store } = await openNews();
  await news.handle(event('approval.requested'));
  await readPageUrl(store, { pageUrl: () => Promise.resolve('https://gateway.example/') });
  await news.handle(event('approval.requested', 'approval-2.1234abcd'));
  await readPageUrl(store, { pageUrl: () => Promise.reject(new Error('No answer.')) });
  await news.handle(event('approval.requested', 'approval-3.5678abcd'));
  await readPageUrl(store, { pageUrl: () => Promise.resolve(null) });
  await news.handle(event('approval.requested', 'approval-4'));
  const links = shown().map((text) => /\[Open on the page\] (\S+)/.exec(text)?.[1] ?? null);
  const link = 'https://gateway.example/#/approvals?id=';
  expect(links).toEqual([null, `${link}approval-2.1234abcd`, `${link}approval-3.5678abcd`, null]);
  expect(shown()[1]).toContain(', short ID 1234abcd\n');
});

test('approvers of a group without a channel are told nowhere', async () => {
  const { news, posted } = await openNews();
  await news.handle(event('approval.requested', 'approval-1', 'security'));
  await news.handle(event('approval.approved', 'approval-1', 'security'));
  expect(posted()).toEqual([]);
});

test('a channel that the bot cannot write to does not keep the others from being told', async () => {
  const { news, shown, failures } = await openNews('security=C-PRIVATE platform-admins=C-APPROVERS/SADMINS');
  const asked = event('approval.requested');
  const needs = ['security', 'platform-admins'].map((group) => ({ group, count: 1 }));
  const approval = { id: 'approval-1', needs, expiresAt };
  await news.handle({ ...asked, approval });
  await news.handle({ ...asked, approval, type: 'approval.withdrawn' });
  expect(shown()).toEqual([expect.stringMatching(/^Withdrawn/)]);
  expect(failures.map(String)).toEqual([expect.stringContaining('not_in_channel')]);
});

test('approvers are reminded once, within the last hour, and not of what has ended', async () => {
  const { news, posted, shown } = await openNews();
  await news.handle(event('approval.requested'));
  await news.handle(event('approval.requested', 'approval-2'));
  await news.handle(event('approval.withdrawn', 'approval-2'));
  await news.remind(now);
  expect(posted()).toHaveLength(2);
  await news.remind(hourBefore);
  await news.remind(hourBefore);
  expect(posted()).toHaveLength(3);
  expect(posted()[2]).toMatchObject({ channel: 'C-APPROVERS', thread_ts: expect.any(String) });
  expect(shown()).toEqual([
    expect.stringMatching(/^Approval needed/),
    expect.stringMatching(/^Withdrawn/),
    expect.stringMatching(/^Still waiting for an approval/),
  ]);
});

test('a requester mentions the Slack group five times an hour at most', async () => {
  const { news, shown } = await openNews();
  for (let count = 1; count <= 7; count += 1) await news.handle(event('approval.requested', `approval-${count}`));
  expect(shown().filter((text) => text.includes('(usergroup)'))).toHaveLength(5);
  expect(shown()).toHaveLength(7);
});

test('an event after the end does not open a message again', async () => {
  const { news, shown } = await openNews();
  for (const type of ['requested', 'rejected', 'approved']) await news.handle(event(`approval.${type}`));
  expect(shown()).toEqual([expect.stringMatching(/^Rejected\n/)]);
  expect(shown()[0]).not.toContain('Approved by');
});

test('a request whose end is delivered first is not shown as open', async () => {
  const { news, posted } = await openNews();
  await news.handle(event('approval.withdrawn'));
  await news.handle(event('approval.requested'));
  await news.remind(hourBefore);
  expect(posted()).toEqual([]);
});

test('a setting that names no channel is told at the start', async () => {
  await expect(openNews('platform-admins')).rejects.toThrow(
    'APPROVERS has platform-admins, which is not GROUP=CHANNEL',
  );
});
