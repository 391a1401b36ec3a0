// Quick test: examples/slack-bot/test/render.test.ts.
import { textOf } from './local/block-text.ts';
import { buttonOf } from './local/slack.ts';
import type { Message } from './local/web-api.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ gateway: { PAGE_URL: 'https://gateway.example/' } });
  for (const person of ['pat', 'kim']) await world.link(person);
});
afterAll(() => world.close());

const role = 'arn:aws:iam::111122223333:role/pods/kube-system/ebs-csi-driver';

/** Sends a request of pat that another platform administrator has to approve. Returns its message. */
async function ask(serviceAccount: string, reason = 'Volumes.'): Promise<Message> {
  const place = { cluster: 'prod', namespace: 'kube-system', service_account: serviceAccount };
  const shown = await world.prepare('pat', { ...place, tags: 'team=platform', role, reason });
  expect(shown).toMatch(/^Would be held[^]*Others have to agree first\nNeeds an approval of platform-admins/);
  await world.slack.submit('pat');
  return world.seen(({ ts, blocks, onlyFor }) => {
    const text = textOf(blocks);
    return (
      onlyFor === null &&
      ts !== '' &&
      text.startsWith('Others have to agree first') &&
      text.includes(`/${serviceAccount}`)
    );
  }, 'request for an approval');
}

const later = (asked: Message, text: string) =>
  world.seen(({ ts, blocks }) => ts === asked.ts && textOf(blocks).includes(text), `message that becomes ${text}`);

/** Opens the request, votes with a comment, and submits. Returns what the form showed. */
async function vote(person: string, asked: Message, kind: 'approve' | 'reject', comment: string): Promise<string> {
  await world.slack.press(person, 'Review', asked);
  const shown = await world.form(person, 'Comment, for the audit trail');
  await world.slack.fill(person, 'comment', comment);
  await (kind === 'approve' ? world.slack.submit(person) : world.slack.pressInForm(person, 'Reject'));
  return shown;
}

test('approvers are told in their channel, whoever asked, without what only readers may see, and vote from there', async () => {
  const pat = await world.clientOf('pat');
  const place = { clusterName: 'apps-prod', namespace: 'kube-system', serviceAccount: 'fsx-csi-controller-sa' };
  const tags = [{ key: 'team', value: 'platform' }];
  const create = {
    ...place,
    roleArn: role,
    tags,
    reason: 'A secret plan.',
    clientRequestToken: 'asked-by-the-command',
  };
  expect(await pat.createPodIdentityAssociation(create)).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
  const inChannel = (text: string) =>
    world.seen(
      ({ channel, blocks }) =>
        channel === 'C-APPROVERS' &&
        textOf(blocks).includes('kube-system/fsx-csi-controller-sa') &&
        textOf(blocks).includes(text),
      `news of approvers: ${text}`,
    );
  const told = await inChannel('Needs an approval of platform-admins');
  expect(textOf(told.blocks)).toMatch(
    /^Approval needed\n\(usergroup\)\n@pat asks to bind a role to kube-system\/fsx-csi-controller-sa in cluster apps-prod\n/,
  );
  expect(textOf(told.blocks)).not.toMatch(/secret plan|ebs-csi-driver|arn:/);

  const shown = await vote('kim', told, 'approve', '');
  expect(shown).toMatch(
    /pat asks for CREATE_POD_IDENTITY_ASSOCIATION\nReason: A secret plan\.\n[^]*\(prod, 111122223333/,
  );
  expect(shown).toMatch(/\nRule system-change-in-production\n[^]*@approvers\("platform-admins"\)/);
  const link = /\[Open on the page\] https:\/\/gateway\.example\/#\/approvals\?id=approval-/;
  for (const text of [shown, textOf(told.blocks)]) expect(text).toMatch(link);
  const approved = await inChannel('Approved by https://issuer.example#kim');
  expect(buttonOf(approved, 'Review')).toBeDefined();
  expect((await pat.createPodIdentityAssociation(create)).kind).toBe('succeeded');
  const ended = await inChannel('Approved, and sent to the gateway');
  expect([ended.ts, buttonOf(ended, 'Review')]).toEqual([told.ts, undefined]);
});

test('shows who has to approve and until when; a second person approves with their own token, and the request is done', async () => {
  const asked = await ask('ebs-csi-controller-sa');
  expect(textOf(asked.blocks)).toMatch(
    /Needs an approval of platform-admins: [^]*\nUntil \d{4}-\S+, short ID [0-9a-f]{8}\n\[Review…\] \[Open on the page\]/,
  );

  const shown = await vote('kim', asked, 'approve', 'Reviewed with <@pat>.');
  expect(shown).toContain('https://issuer.example#pat asks for CREATE_POD_IDENTITY_ASSOCIATION');
  expect(shown).toContain(`roleArn: ${role}`);
  await world.reply('kim', 'Your vote is recorded');
  const done = await later(asked, 'Done');
  expect(buttonOf(done, 'Review')).toBeUndefined();
  expect(textOf(done.blocks)).toContain('Approved by https://issuer.example#kim: Reviewed with <@pat>.');
  expect(textOf(done.blocks)).toContain('[Show in the trail] https://gateway.example/#/trail/operation?id=');

  const trail = await (await world.clientOf('olivia')).auditTrail({ scope: { gateway: 'ALL_ENTRIES' }, first: 50 });
  const by = (event: string) => trail.nodes.find((entry) => entry.event === event)?.principal.principalId;
  expect([by('APPROVED'), by('SUCCEEDED')]).toEqual(['https://issuer.example#kim', 'https://issuer.example#pat']);
});

test('from a request to done takes the requester 8 interactions at most, and the approver 2', async () => {
  const did: Record<'pat' | 'kim', string[]> = { pat: [], kim: [] };
  const does = async (person: 'pat' | 'kim', what: string, step: () => Promise<unknown>) => {
    did[person].push(what);
    await step();
  };
  const place = 'apps-prod kube-system/aws-load-balancer-controller team=platform';
  await does('pat', 'the command', () => world.slack.command('pat', `bind ${place}`));
  await world.until(() => world.slack.formOf('pat')?.view.private_metadata?.includes('/apps-prod'), 'filled form');
  await does('pat', 'Next', () => world.slack.submit('pat'));
  await world.form('pat', 'Role: choose');
  await does('pat', 'the role', () => world.slack.fill('pat', 'role', role));
  await does('pat', 'the reason', () => world.slack.fill('pat', 'reason', 'Secrets of the nodes.'));
  await does('pat', 'Check', () => world.slack.submit('pat'));
  await world.form('pat', 'Would be held');
  await does('pat', 'Send', () => world.slack.submit('pat'));

  const told = await world.seen(
    ({ channel, blocks }) => channel === 'C-APPROVERS' && textOf(blocks).includes('/aws-load-balancer-controller'),
    'news of approvers',
  );
  await does('kim', 'Review', () => world.slack.press('kim', 'Review', told));
  await world.form('kim', 'Comment, for the audit trail');
  await does('kim', 'Approve', () => world.slack.submit('kim'));
  await world.seen(
    ({ blocks }) => /^Done[^]*\/aws-load-balancer-controller/.test(textOf(blocks)),
    'end of the request',
  );
  expect(did.pat.length).toBeLessThanOrEqual(8);
  expect(did.kim).toHaveLength(2);
});

test('the gateway refuses the approval of who asked, and only they see it; their request stays open', async () => {
  const asked = await ask('aws-node');
  await vote('pat', asked, 'approve', ' ');
  const { onlyFor, blocks } = await world.reply('pat', 'Your vote does not count');
  expect(onlyFor).toBe('pat');
  expect(textOf(blocks)).toContain('Rule no-vote-on-own-request: ');
  expect(textOf((await later(asked, 'aws-node')).blocks)).toMatch(/^Others have to agree first/);
});

test('a rejection ends the request with its comment; a button of the older message shows that it ended', async () => {
  const asked = await ask('karpenter');
  await vote('kim', asked, 'reject', 'Not *now* <!channel>');
  const rejected = await later(asked, 'Rejected by https://issuer.example#kim: Not *now* <!channel>');
  expect(rejected.blocks.some(({ type }) => type === 'actions')).toBe(false);

  // As in a client that has not shown the edit yet.
  await world.slack.press('kim', 'Review', asked);
  await world.form('kim', 'It is REJECTED: no vote counts.');
  expect(world.slack.viewOf('kim').view.submit).toBeUndefined();
  expect(textOf((await later(asked, 'Rejected by')).blocks)).toMatch(/^Rejected\n/);
});

test('votes of other clients and the end of a rejected request reach the message by events', async () => {
  const asked = await ask('cluster-autoscaler');
  const kim = await world.clientOf('kim');
  const { nodes } = await kim.approvals({});
  const approval = nodes.find(({ target }) => target.serviceAccount === 'cluster-autoscaler');
  await kim.approve({ approvalId: approval?.id ?? '', comment: 'From the command line.' });
  await later(asked, 'Done');
});

test('an approval whose event is delivered again, or that expires, does not send a request that has stopped since then', async () => {
  const asked = await ask('efs-csi-controller-sa');
  const operationId = buttonOf(asked, 'Review')?.value?.split('.')[0];
  const { control } = world.gateway.simulator ?? {};
  control?.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle', times: 40 });
  await vote('kim', asked, 'approve', '');
  const stopped = await later(asked, 'EKS is busy');
  control?.clearFaults();
  const creates = () => control?.requests('CreatePodIdentityAssociation').length;
  const before = creates();
  for (const type of ['approval.approved', 'approval.expired'])
    await world.deliver(JSON.stringify({ id: type, type, operationId, target: null }));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(creates()).toBe(before);
  await world.slack.press('pat', 'Try again', stopped);
  await later(asked, 'Done');
});

test('a person without a link is shown how to link an account, and nothing is voted', async () => {
  const asked = await ask('s3-csi-driver-sa');
  await world.slack.press('bob', 'Review', asked);
  await world.reply('bob', 'Link your account');
  await world.link('bob');
  await world.slack.press('bob', 'Review', asked);
  await world.form('bob', 'This approval does not exist, or you may not see it.');
});

test('who set an end is told that it is near, with the link to the entry', async () => {
  const target = { clusterName: 'apps-prod', namespace: 'kube-system', serviceAccount: 'aws-node' };
  const event = { id: '01A.01B', type: 'ending.near', operationId: '01A', target, endsAt: '2999-01-01T00:00:00.000Z' };
  await world.deliver(JSON.stringify({ ...event, principal: { id: 'https://issuer.example#pat' } }));
  const { channel, blocks } = await world.message('Access ends soon');
  expect(channel).toBe('pat');
  expect(textOf(blocks)).toContain('[Show in the trail] https://gateway.example/#/trail/entry?id=01A.01B');
});

test('the list of approvals has those that the person may see, with buttons', async () => {
  await world.slack.command('kim', 'approvals');
  const list = await world.reply('kim', 'Waiting for an approval');
  expect(textOf(list.blocks)).toMatch(/1\. [0-9a-f]{8} https:\/\/issuer\.example#pat: arn:[^]*\[Review 1…\]/);
  await world.slack.command('bob', 'approvals');
  await world.reply('bob', 'Nothing that you may see.');
});
