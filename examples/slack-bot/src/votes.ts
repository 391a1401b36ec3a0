import type { App, BlockButtonAction } from '@slack/bolt';
import { refusalWords } from 'pod-identity-client';
import type { Approval, GatewayClient } from 'pod-identity-client';
import { messageOf, plain } from './blocks.ts';
import type { Card, Line } from './blocks.ts';
import type { Parts } from './command.ts';
import { failureReply } from './failures.ts';
import { optional, textInput, view } from './forms.ts';
import { personOf } from './people.ts';
import type { Person } from './people.ts';
import { refusalLines } from './render.ts';
import { factsOf, reviewLines } from './review.ts';

/** What the form of a vote knows. */
interface Review {
  readonly approvalId: string;
  /** Where the button was pressed. */
  readonly channel: string;
}

const title = 'Review a request';
const kinds = { approve: 'Approve', reject: 'Reject' } as const;

/**
 * Registers the button of approvals. A vote is given with the token of who presses: the gateway
 * decides whether it counts, and the bot has no token of its own that could vote.
 */
export function registerVotes(app: App, { links, requests }: Parts): void {
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
      const form = await formOf(review, await requests.clientOf(person));
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
    const person = personOf(body);
    const review = JSON.parse(form.private_metadata) as Review;
    const { vote, comment } = form.state.values;
    const kind = vote?.vote?.selected_option?.value === 'approve' ? 'approve' : 'reject';
    const text = comment?.comment?.value?.trim();
    const card = await cast(kind, review, text === '' ? undefined : text, person).catch((error: unknown) =>
      failureReply(error, person, links),
    );
    await client.chat
      .postEphemeral({ channel: review.channel, user: person.user, ...messageOf(card) })
      .catch(() => client.chat.postMessage({ channel: person.user, ...messageOf(card) }));
  });

  async function cast(
    kind: keyof typeof kinds,
    { approvalId }: Review,
    comment: string | undefined,
    person: Person,
  ): Promise<Card> {
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
async function formOf(review: Review, client: GatewayClient) {
  const approval = await client.approval({ id: review.approvalId });
  if (approval === null) return view({ title, lines: notFound });
  const lines = reviewLines(approval, await factsOf(client, approval.id));
  if (!isOpen(approval))
    return view({ title, lines: [...lines, ['It is ', { bold: approval.state }, ': no vote counts.']] });
  const options = Object.entries(kinds).map(([value, text]) => ({ text: plain(text), value }));
  const vote = { type: 'static_select' as const, action_id: 'vote', options };
  return view(
    { title, lines },
    {
      callbackId: 'vote',
      metadata: JSON.stringify(review),
      submit: 'Vote',
      inputs: [
        { type: 'input', block_id: 'vote', label: plain('Your vote'), element: vote },
        optional(textInput('comment', 'Comment, for the audit trail', 1_024, { isLong: true })),
      ],
    },
  );
}

const notFound: Line[] = [[`${refusalWords.APPROVAL_NOT_FOUND.title}.`], [refusalWords.APPROVAL_NOT_FOUND.next ?? '']];

const isOpen = ({ state, expiresAt }: Approval) => state === 'PENDING' && Date.parse(expiresAt) > Date.now();
