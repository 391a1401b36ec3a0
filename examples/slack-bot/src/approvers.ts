import { refusalWords, shortApprovalId } from 'pod-identity-client';
import { messageOf } from './blocks.ts';
import type { Card, Line } from './blocks.ts';
import { knownPageUrl, pageButtons } from './page.ts';
import { inTurn } from './people.ts';
import { reviewButton } from './render.ts';
import type { RequestDependencies } from './requests.ts';
import type { ApproverChannel } from './settings.ts';

/** What an event says of an approval. A channel's members are not readers of the gateway: no more is told. */
export interface ApprovalEvent {
  readonly type: string;
  readonly operation: string;
  readonly principal: { readonly id: string };
  readonly target: { readonly clusterName: string; readonly namespace: string; readonly serviceAccount: string } | null;
  /** Null for other events; absent in those of earlier versions. */
  readonly approval?: {
    readonly id: string;
    readonly needs: readonly { readonly group: string; readonly count: number }[];
    readonly expiresAt: string | null;
  } | null;
}

/** An approval whose approvers were told, with the messages. */
interface Told {
  readonly id: string;
  /** Address of the page; null or absent: not known, or none. */
  readonly pageUrl?: string | null;
  readonly lines: readonly Line[];
  readonly messages: readonly { readonly channel: string; readonly ts: string; readonly mentions: Line }[];
  readonly expiresAt: string | null;
  /** Who approved so far. */
  readonly approvedBy: readonly string[];
  readonly isReminded: boolean;
  /** What became of it; null while it is open. */
  readonly end: string | null;
}

const keptSeconds = 8 * 24 * 3_600;
/** How many of a requester's approvals mention a Slack group within an hour: others are shown without. */
const mostMentions = 5;
const mentionSeconds = 3_600;
/** How long before its end approvers are reminded. Milliseconds. */
const reminderMs = 3_600_000;

const verbs: Readonly<Record<string, string>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: 'bind a role to',
  UPDATE_POD_IDENTITY_ASSOCIATION: 'change the association of',
  DELETE_POD_IDENTITY_ASSOCIATION: 'delete the association of',
  ADOPT_POD_IDENTITY_ASSOCIATION: 'adopt the association of',
  TAG_POD_IDENTITY_ASSOCIATION: 'set tags of the association of',
  UNTAG_POD_IDENTITY_ASSOCIATION: 'remove tags of the association of',
};

const ends: Readonly<Record<string, string>> = {
  'approval.rejected': refusalWords.APPROVAL_REJECTED.title,
  'approval.expired': refusalWords.APPROVAL_EXPIRED.title,
  'approval.withdrawn': refusalWords.APPROVAL_WITHDRAWN.title,
  'approval.used': 'Approved, and sent to the gateway',
};

/**
 * Tells approvers in the channels of their groups, whoever asked, and keeps the messages true. An
 * event that is delivered again shows the same again.
 *
 * @param report gets what failed, where nobody waits for it
 */
export function makeApproverNews(
  { settings, store, slack, links }: RequestDependencies,
  report: (error: unknown) => void,
) {
  const keyOf = (id: string) => `told:${id}`;
  const read = (id: string) => store.get<Told>(keyOf(id));
  const keep = (told: Told) => store.set(keyOf(told.id), told, keptSeconds);

  /** Whether the event is about an approval whose approvers are told. */
  async function handle(event: ApprovalEvent): Promise<void> {
    const { approval, type } = event;
    if (!approval || !type.startsWith('approval.')) return;
    await inTurn(keyOf(approval.id), async () => {
      const told = await read(approval.id);
      if (told === null) return type === 'approval.requested' ? tell(event, approval) : noteEnd(type, approval);
      const next = after(told, event);
      if (next === told) return;
      await keep(next);
      await show(next);
    });
  }

  async function tell(event: ApprovalEvent, { id, needs, expiresAt }: NonNullable<ApprovalEvent['approval']>) {
    const channels = channelsOf(needs);
    if (channels.size === 0) return;
    const lines = await linesOf(event, { id, needs, expiresAt });
    const mayMention = await countMention(event.principal.id);
    const isReminded = expiresAt === null;
    const pageUrl = await knownPageUrl(store);
    const told: Told = { id, pageUrl, lines, expiresAt, messages: [], approvedBy: [], isReminded, end: null };
    const messages: Told['messages'][number][] = [];
    for (const [channel, groups] of channels) {
      const mentions: Line = mayMention ? groups.map((slackGroup) => ({ slackGroup })) : [];
      // One channel that can't be written to does not keep the others from being told.
      const posted = await slack.chat
        .postMessage({ channel, ...messageOf(cardOf(told, mentions)) })
        .catch((error: unknown) => {
          report(error);
          return null;
        });
      if (posted) messages.push({ channel: posted.channel ?? channel, ts: posted.ts ?? '', mentions });
    }
    await keep({ ...told, messages });
  }

  /** Keeps an end that is delivered before its request, which is not shown as open then. */
  async function noteEnd(type: string, { id, needs, expiresAt }: NonNullable<ApprovalEvent['approval']>) {
    const end = ends[type];
    if (end === undefined || channelsOf(needs).size === 0) return;
    await keep({ id, lines: [], messages: [], expiresAt, approvedBy: [], isReminded: true, end });
  }

  /** The channels of the needs, with the Slack groups to mention in each. Groups without one are told nowhere. */
  function channelsOf(needs: readonly { readonly group: string }[]): Map<string, string[]> {
    const channels = new Map<string, string[]>();
    for (const { group } of needs) {
      const to: ApproverChannel | undefined = settings.approvers.get(group);
      if (to === undefined) continue;
      const groups = channels.get(to.channel) ?? [];
      channels.set(to.channel, to.slackGroup === null ? groups : [...new Set([...groups, to.slackGroup])]);
    }
    return channels;
  }

  async function linesOf(
    { principal, operation, target }: ApprovalEvent,
    { id, needs, expiresAt }: NonNullable<ApprovalEvent['approval']>,
  ): Promise<Line[]> {
    const asker = await links.personOf(principal.id);
    const place = target && `${target.namespace}/${target.serviceAccount}`;
    return [
      [
        ...(asker === null ? [{ bold: principal.id }] : [{ user: asker.user }]),
        ` asks to ${verbs[operation] ?? 'change'} `,
        { code: place ?? 'an association' },
        ...(target === null ? [] : [` in cluster ${target.clusterName}`]),
      ],
      [
        'Needs ',
        needs.map(({ group, count }) => `${count === 1 ? 'an approval' : `${count} approvals`} of ${group}`).join(', '),
      ],
      ...(expiresAt === null ? [] : [['Until ', { time: expiresAt }, ', short ID ', { code: shortApprovalId(id) }]]),
    ];
  }

  /** Counts a mention of a requester; false if there were enough. */
  async function countMention(principalId: string): Promise<boolean> {
    const key = `mentions:${principalId}`;
    return inTurn(key, async () => {
      const now = Date.now();
      const { times = [] } = (await store.get<{ times: readonly number[] }>(key)) ?? {};
      const recent = times.filter((time) => time > now - mentionSeconds * 1_000);
      if (recent.length >= mostMentions) return false;
      await store.set(key, { times: [...recent, now] }, mentionSeconds);
      return true;
    });
  }

  async function show(told: Told): Promise<void> {
    for (const { channel, ts, mentions } of told.messages) {
      await slack.chat.update({ channel, ts, ...messageOf(cardOf(told, mentions)) }).catch(report);
    }
  }

  /** Reminds the approvers of what is about to end: each once, in the thread of its message. */
  async function remind(now: number): Promise<void> {
    for (const { id } of await store.list<Told>('told:')) {
      await inTurn(keyOf(id), async () => {
        const told = await read(id);
        if (told?.end !== null || told.isReminded) return;
        const left = Date.parse(told.expiresAt ?? '') - now;
        if (!(left > 0 && left <= reminderMs)) return;
        await keep({ ...told, isReminded: true });
        for (const { channel, ts, mentions } of told.messages) {
          const lines: Line[] = [
            [...mentions, mentions.length > 0 ? ' ' : '', 'Ends ', { time: told.expiresAt ?? '' }, '.'],
          ];
          const card = { title: 'Still waiting for an approval', lines };
          await slack.chat.postMessage({ channel, thread_ts: ts, ...messageOf(card) });
        }
      }).catch(report);
    }
  }

  return { handle, remind };
}

/** What is known after an event; the same if it says nothing new. */
function after(told: Told, { type, principal }: ApprovalEvent): Told {
  if (told.end !== null) return told;
  if (type === 'approval.approved' && !told.approvedBy.includes(principal.id)) {
    return { ...told, approvedBy: [...told.approvedBy, principal.id] };
  }
  const end = ends[type];
  return end === undefined ? told : { ...told, end };
}

function cardOf({ id, pageUrl = null, lines, approvedBy, end }: Told, mentions: Line): Card {
  const approved = approvedBy.map((voter): Line => ['Approved by ', { bold: voter }]);
  const isOpen = end === null;
  const all = [...(mentions.length > 0 && isOpen ? [mentions] : []), ...lines, ...approved];
  const buttons = [...(isOpen ? [reviewButton(id)] : []), ...pageButtons(pageUrl, 'approval', id)];
  return { title: end ?? 'Approval needed', lines: all, buttons };
}
