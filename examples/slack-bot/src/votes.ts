import type { App, BlockButtonAction } from '@slack/bolt';
import { messageOf } from './blocks.ts';
import type { Card, Line } from './blocks.ts';
import type { Parts } from './command.ts';
import { failureReply } from './failures.ts';
import { optional, textInput, view } from './forms.ts';
import { personOf } from './people.ts';
import type { Person } from './people.ts';
import { needOf, refusalLines, voidedLines } from './render.ts';

/** What the form of a vote knows. */
interface Vote {
  readonly kind: 'approve' | 'reject';
  readonly approvalId: string;
  /** Where the button was pressed. */
  readonly channel: string;
}

/**
 * Registers the buttons of approvals. A vote is given with the token of who presses: the gateway
 * decides whether it counts, and the bot has no token of its own that could vote.
 */
export function registerVotes(app: App, { links, requests }: Parts): void {
  app.action<BlockButtonAction>(/^vote_(approve|reject)/, async ({ ack, body, action, client, respond }) => {
    await ack();
    const person = personOf(body);
    const approvalId = action.value ?? '';
    const kind = action.action_id.startsWith('vote_approve') ? 'approve' : 'reject';
    const vote: Vote = { kind, approvalId, channel: body.channel?.id ?? person.user };
    let viewId: string | undefined;
    try {
      if (await links.isLinked(person)) {
        // Slack's trigger is valid for three seconds: the form opens first.
        const opened = await client.views.open({
          trigger_id: body.trigger_id,
          view: view({ title: title(vote), lines: [['Reading the request…']] }),
        });
        viewId = opened.view?.id;
      }
      const form = await formOf(vote, person);
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
    const vote = JSON.parse(form.private_metadata) as Vote;
    const comment = form.state.values.comment?.comment?.value?.trim();
    const card = await cast(vote, comment === '' ? undefined : comment, person).catch((error: unknown) =>
      failureReply(error, person, links),
    );
    await client.chat
      .postEphemeral({ channel: vote.channel, user: person.user, ...messageOf(card) })
      .catch(() => client.chat.postMessage({ channel: person.user, ...messageOf(card) }));
  });

  /** The exact request, as the person may see it, with a field for a comment. */
  async function formOf(vote: Vote, person: Person) {
    const approval = await (await requests.clientOf(person)).approval({ id: vote.approvalId });
    if (approval === null) return view({ title: title(vote), lines: [['It does not exist, or you may not see it.']] });
    const { operation, principal, target, request, reason, declaration, needs, before } = approval;
    const settings = Object.entries({
      ...request,
      tags: request.tags.map(({ key, value }) => `${key}=${value}`).join(', '),
    });
    const lines: Line[] = [
      [{ bold: principal.principalId }, ' asks for ', { code: operation }],
      [
        'for ',
        { code: `${target.namespace}/${target.serviceAccount}` },
        ` in cluster ${target.clusterName} (${target.accountId})`,
      ],
      ...settings.flatMap(([name, value]): Line[] =>
        value === null || String(value) === '' ? [] : [[`${name}: `, { code: String(value) }]],
      ),
      ...(before === null ? [] : [['Now: ', { code: before.roleArn }]]),
      ...(declaration === null ? [] : [['Declaration: ', { code: declaration }]]),
      ['Reason: ', reason ?? 'not given'],
      ...needs.map((need): Line => ['Needs ', { bold: need.group }, `${needOf(need)}: ${need.message}`]),
      ...voidedLines(approval),
    ];
    return view(
      { title: title(vote), lines },
      {
        callbackId: 'vote',
        metadata: JSON.stringify(vote),
        submit: vote.kind === 'approve' ? 'Approve' : 'Reject',
        inputs: [optional(textInput('comment', 'Comment, for the audit trail', 1_024, { isLong: true }))],
      },
    );
  }

  async function cast({ kind, approvalId }: Vote, comment: string | undefined, person: Person): Promise<Card> {
    const client = await requests.clientOf(person);
    const { approval, refusal } = await client[kind]({ approvalId, comment });
    if (refusal !== null) return { title: 'Your vote does not count', lines: refusalLines(refusal) };
    return {
      title: 'Your vote is recorded',
      lines: [['The approval is now ', { bold: approval?.state ?? 'unknown' }, '.']],
    };
  }
}

const title = ({ kind }: Vote) => (kind === 'approve' ? 'Approve this request?' : 'Reject this request?');
