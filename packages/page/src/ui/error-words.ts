import { LostAnswerError } from '../../../client/src/client/errors.ts';
import { refusalWordsOf } from '../../../client/src/client/refusal-words.ts';

/** What browsers call a failed connection: Chromium, Firefox, Safari. */
const noConnection = /Failed to fetch|NetworkError|Load failed|network error/i;

const noAnswer = 'The gateway does not answer. Check the connection of this device, then try again.';

/** An error in words for a person. */
export function errorWords(error: Error): string {
  return error instanceof LostAnswerError || noConnection.test(error.message) ? noAnswer : error.message;
}

/** Why a request is sent again, from a code or a message of the client. */
export function reasonWords(reason: string): string {
  if (noConnection.test(reason)) return 'no connection';
  if (!/^[A-Z_]+$/.test(reason)) return reason.replace(/\.$/, '');
  const { title } = refusalWordsOf(reason);
  return title === refusalWordsOf('').title ? reason.toLowerCase().replaceAll('_', ' ') : title;
}
