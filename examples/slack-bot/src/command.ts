import type { App } from '@slack/bolt';
import type { Approval, GatewayClient } from 'pod-identity-client';
import { itemsOf, shortApprovalId } from 'pod-identity-client';
import { openBind } from './bind.ts';
import { messageOf } from './blocks.ts';
import type { Card, Line } from './blocks.ts';
import { failureLines, failureReply, linkCard } from './failures.ts';
import type { Person } from './people.ts';
import { reviewButton } from './render.ts';
import type { Requests } from './requests.ts';
import type { AccountLinks } from './link.ts';
import { readPageUrl } from './page.ts';
import type { Store } from './store.ts';

export interface Parts {
  readonly links: AccountLinks;
  readonly requests: Requests;
  readonly store: Store;
}

const help: Card = {
  title: 'Commands',
  lines: [
    [
      { code: '/pod-identity bind [CLUSTER NAMESPACE/SERVICE-ACCOUNT [KEY=VALUE …]]' },
      ' binds a role to a service account',
    ],
    [{ code: '/pod-identity list [CLUSTER [NAMESPACE]]' }, ' shows who uses which role'],
    [{ code: '/pod-identity approvals' }, ' shows what waits for an approval'],
    [{ code: '/pod-identity whoami' }, ' shows your account, as the gateway sees it'],
    [
      { code: '/pod-identity link' },
      ' and ',
      { code: '/pod-identity unlink' },
      ' begin and end the use of your account',
    ],
  ],
};

/** How many items a reply shows: people who need more use the command line. */
const mostItems = 20;
/** Each has a button, and Slack takes 25 in a block. */
const mostApprovals = 10;

/** Registers the slash command. Every reply is seen only by who sent it. */
export function registerCommand(app: App, parts: Parts): void {
  app.command('/pod-identity', async ({ command, ack, respond, client }) => {
    await ack();
    const person = { team: command.team_id || (command.enterprise_id ?? ''), user: command.user_id };
    const [name = 'help', ...words] = command.text.trim().split(/\s+/).filter(Boolean);
    const reply = (card: Card) => respond({ response_type: 'ephemeral', ...messageOf(card) });
    try {
      if (name === 'bind' && (await parts.links.isLinked(person))) {
        await openBind(client, { triggerId: command.trigger_id, channel: command.channel_id, person, words }, parts);
      } else await reply(await answer(name, words, person, parts));
    } catch (error) {
      await reply(await failureReply(error, person, parts.links));
    }
  });
}

async function answer(name: string, words: readonly string[], person: Person, parts: Parts): Promise<Card> {
  const { links, requests } = parts;
  switch (name) {
    case 'link':
      return words[0] === undefined
        ? linkCard(await links.begin(person))
        : confirmed(await confirm(person, words[0], parts));
    case 'unlink':
      return {
        title: (await links.unlink(person)) ? 'Your account is not linked any more' : 'No account was linked',
        lines: [],
      };
    case 'whoami':
      return whoami(await requests.clientOf(person));
    case 'list':
      return list(await requests.clientOf(person), words);
    case 'approvals':
      return approvals(await requests.clientOf(person));
    case 'bind':
      return linkCard(await links.begin(person));
    default:
      return help;
  }
}

/** The name of the account that is linked now; null if the code is not the one of the browser. */
async function confirm(person: Person, code: string, { links, requests, store }: Parts): Promise<string | null> {
  const name = await links.confirm(person, code);
  if (name === null) return null;
  // Without it, the bot works, and does not know whom events of the account concern.
  await requests
    .clientOf(person)
    .then(async (client) => {
      await links.nameAccount(person, (await client.viewer()).id);
      await readPageUrl(store, client);
    })
    .catch(failureLines);
  return name;
}

function confirmed(name: string | null): Card {
  if (name !== null)
    return { title: 'Your account is linked', lines: [['The bot now acts as ', { bold: name }, ' for you.']] };
  const again = ['Get a new link with ', { code: '/pod-identity link' }, ', sign in, and send the code of the page.'];
  return { title: 'Not linked', lines: [['The code is wrong, or too old.'], again] };
}

async function whoami(client: GatewayClient): Promise<Card> {
  const { id, kind, groups, actor } = await client.viewer();
  const lines: Line[] = [
    [{ code: id }, ` (${kind})`],
    ['Groups: ', groups.join(', ') || 'none'],
  ];
  return {
    title: 'You',
    lines: actor === null ? lines : [...lines, ['Acting for you: ', { code: actor.principalId }]],
  };
}

async function list(client: GatewayClient, [clusterName, namespace]: readonly string[]): Promise<Card> {
  const { nodes, pageInfo } = await client.associations({ filter: { clusterName, namespace }, first: mostItems });
  const lines = nodes.map((one): Line => [
    ...[{ code: `${one.namespace}/${one.serviceAccount}` }, ` in ${one.clusterName}: `, { code: one.roleArn }],
    ...(one.expiresAt ? [' until ', { time: one.expiresAt }] : []),
  ]);
  const more: Line[] = pageInfo.hasNextPage ? [['There are more: give a cluster and a namespace.']] : [];
  return {
    title: 'Associations that you may see',
    lines: lines.length + more.length > 0 ? [...lines, ...more] : [['None.']],
  };
}

async function approvals(client: GatewayClient): Promise<Card> {
  const pending: Approval[] = [];
  for await (const one of itemsOf(client.approvals, { scope: { gateway: 'PENDING' }, first: 100 })) {
    if (Date.parse(one.expiresAt) > Date.now()) pending.push(one);
    if (pending.length === mostApprovals) break;
  }
  return {
    title: 'Waiting for an approval',
    lines: pending.length === 0 ? [['Nothing that you may see.']] : pending.flatMap(approvalLines),
    buttons: pending.map(({ id }, index) => reviewButton(id, ` ${index + 1}`)),
  };
}

function approvalLines({ id, principal, target, request, needs, expiresAt }: Approval, index: number): Line[] {
  const { namespace, serviceAccount, clusterName } = target;
  return [
    [
      `${index + 1}. `,
      { code: shortApprovalId(id) },
      ' ',
      { bold: principal.principalId },
      ': ',
      { code: request.roleArn ?? 'no role' },
    ],
    [
      'for ',
      { code: `${namespace}/${serviceAccount}` },
      ` in ${clusterName}, by ${needs.map((one) => one.group).join(' and ')}, until `,
      { time: expiresAt },
    ],
  ];
}
