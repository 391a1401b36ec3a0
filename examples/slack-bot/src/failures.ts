import { randomUUID } from 'node:crypto';
import { GatewayError, LostAnswerError } from 'pod-identity-client';
import type { Card, Line } from './blocks.ts';
import { IssuerError, NotLinkedError } from './link.ts';
import type { AccountLinks } from './link.ts';
import type { Person } from './people.ts';
import { askedLines, retryButton } from './render.ts';
import type { BotRequest } from './requests.ts';

/**
 * What a person is told of an error: what the gateway said, with its request id, or an id that
 * finds the error in the bot's log.
 */
export function failureLines(error: unknown): Line[] {
  if (error instanceof GatewayError) {
    const id: Line[] = error.requestId === null ? [] : [['Request id: ', { code: error.requestId }]];
    return [[error.message], ...id];
  }
  if (error instanceof LostAnswerError)
    return [['The gateway did not answer. A change may have been made: try again to learn.']];
  if (error instanceof NotLinkedError || error instanceof IssuerError) return [[error.message]];
  const id = randomUUID();
  console.error(JSON.stringify({ level: 'error', message: 'The bot failed.', id, error: String(error) }));
  return [['The bot failed. Id in its log: ', { code: id }]];
}

/** The message of a request that has no answer: the same request can be sent again. */
export function failureCard(error: unknown, request: Pick<BotRequest, 'token' | 'person' | 'input'>): Card {
  const notLinked = error instanceof NotLinkedError;
  const link: Line[] = notLinked
    ? [['Link your account with ', { code: '/pod-identity link' }, ', then try again.']]
    : [];
  return {
    title: notLinked ? 'Waiting for a sign-in' : 'No answer',
    lines: [...askedLines(request), ...failureLines(error), ...link],
    buttons: [retryButton(request)],
  };
}

/** What only the person sees: the error, and how to link an account if that is what is missing. */
export async function failureReply(error: unknown, person: Person, links: AccountLinks): Promise<Card> {
  if (!(error instanceof NotLinkedError)) return { title: 'Not done', lines: failureLines(error) };
  try {
    return linkCard(await links.begin(person), [[error.message]]);
  } catch (issuerError) {
    return { title: 'Not done', lines: failureLines(issuerError) };
  }
}

/** How to link an account. For the eyes of the person only. */
export function linkCard(url: string, before: readonly Line[] = []): Card {
  return {
    title: 'Link your account',
    lines: [
      ...before,
      [
        'The bot acts with your own account, and can do only what you may do. Sign in within ten minutes, then send the code',
      ],
      ['that the browser shows: ', { code: '/pod-identity link CODE' }],
      ['Never share this link or a code.'],
    ],
    buttons: [{ text: 'Sign in', action: 'sign_in', url, style: 'primary' }],
  };
}
