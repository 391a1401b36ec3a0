import type { App, BlockButtonAction } from '@slack/bolt';
import { refusalWords } from 'pod-identity-client';
import type { Approval, GatewayClient } from 'pod-identity-client';
import { messageOf } from './blocks.ts';
import type { Card, Line } from './blocks.ts';
import type { Parts } from './command.ts';
import { failureReply } from './failures.ts';
import { pageButtons, readPageUrl } from './page.ts';
import { optional, textInput, view } from './forms.ts';
import { personOf } from './people.ts';
import type { Person } from './people.ts';
import { refusalLines } from './render.ts';
import { factsOf, reviewLines, ruleLines } from './review.ts';

/** What the form of a vote knows. */
interface Review {
  readonly approvalId: string;
  /** Where the button was pressed. */
  readonly channel: string;
}

const title = 'Review a request';
type Kind = 'approve' | 'reject';

/**
 * Registers the button of approvals. A vote is given with the token of who presses: the gateway
 * decides whether it counts, and the bot has no token of its own that could vote.
 */
export function registerVotes(app: App, { links, requests, store }: Parts): void {
  app.action<BlockButtonAction>(/^review/, async ({ ack, body, action, client, respond }) => {
    await ack();
    const person = personOf(body);
    const review: Review = { approvalId: action.value ?? '', channel: body.channel?.id ?? person.user };
    let viewId: string | undefined;
    try {
      if (await links.isLinked(person)) {
        // Slack's trigger is valid for three seconds: the form opens first.
        const reading = view({ title, lines: [['Reading the request…']] });
        const opened = await client.views.open({ trigger_id: body.trigger_id, view: reading });
        viewId = opened.view?.id;
      }
      const reader = await requests.clientOf(person);
      const form = await formOf(review, reader, await readPageUrl(store, reader));
      if (viewId !== undefined) await client.views.update({ view_id: viewId, view: form });
    } catch (error) {
      const card = await failureReply(error, person, links);
      if (viewId === undefined)
        await respond({ response_type: 'ephemeral', replace_original: false, ...messageOf(card) });
      else await client.views.update({ view_id: viewId, view: view(card) });
    }
  });

  app.view('vote', async ({ ack, body, view: form, client }) => {
    await ack();
    const [person, { review, comment }] = [personOf(body), votedIn(form)];
    const card = await answerTo('approve', review, comment, person);
    await client.chat
      .postEphemeral({ channel: review.channel, user: person.user, ...messageOf(card) })
      .catch(() => client.chat.postMessage({ channel: person.user, ...messageOf(card) }));
  });

  // A form with a field has one button that submits it: rejecting is another one, in the form.
  app.action<BlockButtonAction>('reject_request', async ({ ack, body, client }) => {
    await ack();
    if (!body.view) return;
    const { review, comment } = votedIn(body.view);
    const card = await answerTo('reject', review, comment, personOf(body));
    await client.views.update({ view_id: body.view.id, view: view(card) });
  });

  const answerTo = (kind: Kind, review: Review, comment: string | undefined, person: Person): Promise<Card> =>
    cast(kind, review, comment, person).catch((error: unknown) => failureReply(error, person, links));

  async function cast(kind: Kind, { approvalId }: Review, comment: string | undefined, person: Person): Promise<Card> {
    const client = await requests.clientOf(person);
    const { approval, refusal } = await client[kind]({ approvalId, comment });
    if (refusal !== null) return { title: 'Your vote does not count', lines: refusalLines(refusal) };
    return {
      title: 'Your vote is recorded',
      lines: [['The approval is now ', { bold: approval?.state ?? 'unknown' }, '.']],
    };
  }
}

/** The exact request, as the person may see it, with a vote and a field for a comment while it can be given. */
async function formOf(review: Review, client: GatewayClient, pageUrl: string | null) {
  const approval = await client.approval({ id: review.approvalId });
  if (approval === null) return view({ title, lines: notFound });
  const [facts, rules] = await Promise.all([factsOf(client, approval.id), ruleLines(client, approval)]);
  const lines = [...reviewLines(approval, facts), ...rules];
  const buttons = pageButtons(pageUrl, 'approval', approval.id);
  if (!isOpen(approval))
    return view({ title, lines: [...lines, ['It is ', { bold: approval.state }, ': no vote counts.']], buttons });
  const reject = { text: 'Reject', action: 'reject_request', style: 'danger' } as const;
  return view(
    { title, lines, buttons: [...buttons, reject] },
    {
      callbackId: 'vote',
      metadata: JSON.stringify(review),
      submit: 'Approve',
      inputs: [optional(textInput('comment', 'Comment, for the audit trail', 1_024, { isLong: true }))],
    },
  );
}

interface VoteForm {
  readonly private_metadata: string;
  readonly state: { readonly values: Readonly<Record<string, Readonly<Record<string, { value?: string | null }>>>> };
}

/** The approval of a form, and the comment in it. */
function votedIn({ private_metadata: metadata, state }: VoteForm) {
  const comment = state.values.comment?.comment?.value?.trim();
  return { review: JSON.parse(metadata) as Review, comment: comment === '' ? undefined : comment };
}

const notFound: Line[] = [[`${refusalWords.APPROVAL_NOT_FOUND.title}.`], [refusalWords.APPROVAL_NOT_FOUND.next ?? '']];

const isOpen = ({ state, expiresAt }: Approval) => state === 'PENDING' && Date.parse(expiresAt) > Date.now();
