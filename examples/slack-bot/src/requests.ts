import { bearer, makeGatewayClient } from 'pod-identity-client';
import type { CreatePodIdentityAssociationInput, GatewayClient, MutationResult } from 'pod-identity-client';
import type { webApi } from '@slack/bolt';
import { messageOf } from './blocks.ts';
import type { Card } from './blocks.ts';
import { failureCard, failureLines } from './failures.ts';
import type { AccountLinks } from './link.ts';
import { inTurn } from './people.ts';
import type { Person } from './people.ts';
import { readPageUrl } from './page.ts';
import { checkingCard, inProgressCard, releasedCard, resultCard } from './render.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';

/** What a person asked for. It is sent again unchanged, so that each repetition is a replay. */
export type Input = Omit<CreatePodIdentityAssociationInput, 'clientRequestToken'>;

/** A request with its one message in Slack. */
export interface BotRequest {
  /** The client request token. */
  readonly token: string;
  readonly person: Person;
  readonly input: Input;
  readonly channel: string;
  /** The message. */
  readonly ts: string;
  /**
   * `waiting` for the first answer or for approvers, `inProgress` while the gateway works on it,
   * `stopped` until who asked tries again, `final` once it has its last answer.
   */
  readonly state: 'waiting' | 'inProgress' | 'stopped' | 'final';
  /** What the message shows, so that it is edited only when that changes. */
  readonly shown: string;
  /** False until Slack has confirmed that it shows this. */
  readonly isShown: boolean;
  /** The approval that it waits for, or was made with; absent: none yet. */
  readonly approvalId?: string;
}

/** What came of a request; null: nothing new. */
type Answer = { readonly card: Card; readonly state: BotRequest['state']; readonly approvalId?: string } | null;

export interface RequestDependencies {
  readonly settings: Settings;
  readonly store: Store;
  readonly links: AccountLinks;
  readonly slack: webApi.WebClient;
}

type Ended = Parameters<typeof resultCard>[1];

const keptSeconds = 30 * 24 * 3_600;

/** A lost answer is asked for again at once; what takes longer ends with an event. */
const retries = { maxAttempts: 3, maxElapsedMs: 3_000 };

export type Requests = ReturnType<typeof makeRequests>;

/**
 * Requests of people. Whatever happens to one (an answer, an event, a press), the same request is
 * sent again with the same token and the person's own credentials, and its message shows the
 * answer: the gateway makes the change once, and replays what it answered.
 */
export function makeRequests({ settings, store, links, slack }: RequestDependencies) {
  /** A client with the person's own token. @throws what `accessToken` throws */
  async function clientOf(person: Person): Promise<GatewayClient> {
    const token = await links.accessToken(person);
    const headers = { 'user-agent': 'pod-identity-slack-bot' };
    return makeGatewayClient({ url: settings.gateway.url, authentication: bearer(token), retries, headers });
  }

  /**
   * Sends a request for the first time, or once more if Slack delivers its trigger again: it has
   * one message.
   */
  async function submit(request: Pick<BotRequest, 'token' | 'person' | 'input' | 'channel'>): Promise<void> {
    await inTurn(request.token, async () => {
      const known = await read(request.token);
      await send(known ?? (await post(request)));
    });
  }

  /** Sends a known request again, and shows the answer. */
  async function resume(token: string): Promise<void> {
    await inTurn(token, async () => {
      const request = await read(token);
      if (request !== null) await send(request);
    });
  }

  /**
   * After an approval or its end, whose event can be late or delivered again: a request that has
   * stopped since then is not sent again without who asked.
   */
  async function resumeWaiting(token: string): Promise<void> {
    await inTurn(token, async () => {
      const request = await read(token);
      if (request?.state === 'waiting') await send(request);
    });
  }

  const read = (token: string) => store.get<BotRequest>(`request:${token}`);
  /** The token of the request that an operation belongs to; null if the bot did not send it. */
  const tokenOf = async (operationId: string) =>
    (await store.get<{ token: string }>(`operation:${operationId}`))?.token ?? null;

  async function post(request: Pick<BotRequest, 'token' | 'person' | 'input' | 'channel'>): Promise<BotRequest> {
    const message = messageOf(checkingCard(request));
    const posted = await slack.chat.postMessage({ channel: request.channel, ...message }).catch((error: unknown) => {
      if (!isUnreachable(error)) throw error;
      return slack.chat.postMessage({ channel: request.person.user, ...message });
    });
    const { channel = request.channel, ts = '' } = posted;
    const known = { ...request, channel, ts, state: 'waiting' as const, shown: JSON.stringify(message), isShown: true };
    await keep(known);
    return known;
  }

  const keep = (request: BotRequest) => store.set(`request:${request.token}`, request, keptSeconds);

  async function send(request: BotRequest): Promise<void> {
    const answer = await answerTo(request).catch((error: unknown): Answer => {
      // A change that is known stays shown.
      return request.state === 'final' ? null : { card: failureCard(error, request), state: 'stopped' };
    });
    if (answer === null) return;
    const { card, state, approvalId = request.approvalId } = answer;
    await show(approvalId === undefined ? request : { ...request, approvalId }, card, state);
  }

  async function answerTo(request: BotRequest): Promise<Answer> {
    const client = await clientOf(request.person);
    const result = await ask(client, request);
    await store.set(`operation:${result.operationId}`, { token: request.token }, keptSeconds);
    if (result.kind !== 'inProgress') return ended(client, request, result);
    // Its event may have arrived before the operation was noted.
    const operation = await client.operation({ id: result.operationId });
    const hasEnded = operation !== null && operation.status !== 'IN_PROGRESS';
    const last = hasEnded ? await ask(client, request) : result;
    if (last.kind !== 'inProgress') return ended(client, request, last);
    return { card: inProgressCard(request, operation), state: 'inProgress' };
  }

  async function ended(client: GatewayClient, request: BotRequest, result: Ended): Promise<Answer> {
    const held = result.kind === 'refused' && result.refusal.__typename === 'ApprovalRequired' ? result.refusal : null;
    const id = held?.approval?.id ?? request.approvalId;
    // The result of the request is told, also where the approval can't be read.
    const wasApproved = result.kind === 'succeeded' && id !== undefined;
    const approval = wasApproved ? await client.approval({ id }).catch(() => null) : null;
    const card = resultCard(request, result, approval, await readPageUrl(store, client));
    return { card, state: stateOf(result), ...(id !== undefined && { approvalId: id }) };
  }

  const ask = (client: GatewayClient, { input, token }: BotRequest) =>
    client.createPodIdentityAssociation({ ...input, clientRequestToken: token });

  /**
   * Keeps what happened to a request, and then edits its message: a crash in between delays the
   * message, and nothing else.
   */
  async function show(request: BotRequest, card: Card, state: BotRequest['state']): Promise<void> {
    const shown = JSON.stringify(messageOf(card));
    const isShown = request.isShown && shown === request.shown;
    const next = { ...request, shown, state, isShown };
    await keep(next);
    if (!isShown) await edit(next);
  }

  async function edit(request: BotRequest): Promise<void> {
    const { channel, ts, shown } = request;
    await slack.chat.update({ channel, ts, ...(JSON.parse(shown) as ReturnType<typeof messageOf>) });
    await keep({ ...request, isShown: true });
  }

  /**
   * An operation in progress ended without a change, and its token can be used again: that is for
   * who asked to decide.
   */
  async function release(token: string): Promise<void> {
    await inTurn(token, async () => {
      const request = await read(token);
      if (request?.state === 'inProgress') await show(request, releasedCard(request), 'stopped');
    });
  }

  /**
   * After a start: what happened to requests in the meantime, and messages whose edits were lost.
   */
  async function resumeOpen(): Promise<void> {
    for (const { token } of await store.list<BotRequest>('request:')) {
      await inTurn(token, async () => {
        const request = await read(token);
        if (request?.state === 'waiting' || request?.state === 'inProgress') await send(request);
        else if (request?.isShown === false) await edit(request);
      }).catch(failureLines);
    }
  }

  return { clientOf, submit, resume, resumeWaiting, release, resumeOpen, read, tokenOf };
}

function stateOf(result: MutationResult): BotRequest['state'] {
  if (result.kind === 'inProgress') return 'inProgress';
  if (result.kind === 'succeeded' || !result.refusal.retryable) return 'final';
  return result.refusal.__typename === 'ApprovalRequired' ? 'waiting' : 'stopped';
}

/** Whether the bot can't write in a channel: the message goes to the person then. */
function isUnreachable(error: unknown): boolean {
  const { error: code = '' } = (error as { data?: { error?: string } }).data ?? {};
  return ['not_in_channel', 'channel_not_found', 'is_archived', 'restricted_action'].includes(code);
}
