import type { Finding } from '../model/refusal.ts';
import { codePoint, maxLength, notBlank, optionalText, wellFormed } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

/** The most characters of a reason. */
const maxReasonLength = 1024;

/** The most characters of `onBehalfOf`. */
const maxPersonLength = 256;

/** The most characters of an attempt: a UUID, or a time, fits. */
const maxAttemptLength = 128;

/** The most characters of the name of a declaration: a path in a repository fits. */
const maxDeclarationLength = 128;

/** The most characters of a request token: enough for UUIDs, hashes and names of pipeline runs. */
const maxTokenLength = 255;

function noControlCharacters(pattern: RegExp, advice: string): TextRule {
  return {
    rule: 'no-control-characters',
    problem: (value) => {
      const found = pattern.exec(value);
      return found === null ? null : `contains the control character ${codePoint(found[0])}`;
    },
    advice,
  };
}

const reasonRules = [
  maxLength(maxReasonLength, 'Shorten it and refer to the details, e.g. "Migration of payments, change 4711".'),
  wellFormed,
  noControlCharacters(/[^\P{Cc}\n\t]/u, 'Use plain text; the only control characters allowed are \\n and \\t.'),
  notBlank('Give the reason of the request, e.g. "Migration of payments", or leave reason out.'),
];

const commentRules = [
  maxLength(maxReasonLength, 'Shorten it and refer to the details, e.g. "Reviewed with the owners, change 4711".'),
  wellFormed,
  noControlCharacters(/[^\P{Cc}\n\t]/u, 'Use plain text; the only control characters allowed are \\n and \\t.'),
  notBlank('Say why you approve or reject, e.g. "Reviewed with the owners", or leave comment out.'),
];

const onBehalfOfRules = [
  maxLength(maxPersonLength, 'Identify the person by a short name, e.g. "alice@example.com".'),
  wellFormed,
  noControlCharacters(/\p{Cc}/u, 'Identify the person in one line, e.g. "alice@example.com".'),
  notBlank('Identify the person, e.g. "alice@example.com", or leave onBehalfOf out.'),
];

const declarationRules = [
  maxLength(maxDeclarationLength, 'Name the declaration by a short name, e.g. "payments/bindings".'),
  wellFormed,
  noControlCharacters(/\p{Cc}/u, 'Name the declaration in one line, e.g. "payments/bindings".'),
  notBlank('Name the declaration, e.g. "payments/bindings", or leave declaration out.'),
];

const attemptRules = [
  maxLength(maxAttemptLength, 'Use a short text, such as a number or a date.'),
  wellFormed,
  noControlCharacters(/\p{Cc}/u, 'Use a text in one line, such as a number or a date.'),
  notBlank('Use a text, such as a number or a date, or leave attempt out.'),
];

const tokenRules: readonly TextRule[] = [
  maxLength(maxTokenLength, 'Use a UUID, or the SHA-256 hash of a longer name in hex.'),
  {
    rule: 'printable-ascii',
    problem: (value) => {
      const found = /[^\x20-\x7E]/u.exec(value);
      return found === null ? null : `contains ${codePoint(found[0])}; only printable ASCII characters are allowed`;
    },
    advice: 'Use ASCII letters, digits and punctuation, e.g. "0b9e4a0e-6f3f-4c0e-9a51-3f2b8a0c7d11".',
  },
];

/** Findings on the reason for the audit trail: 1 to 1,024 characters, several lines allowed. */
export function reasonFindings(value: Text): Finding[] {
  return optionalText('reason', value, reasonRules);
}

/** Findings on the comment of a vote: as on a reason. */
export function commentFindings(value: Text): Finding[] {
  return optionalText('comment', value, commentRules);
}

/** Findings on the person on whose behalf a service acts: 1 to 256 characters in one line. */
export function onBehalfOfFindings(value: Text): Finding[] {
  return optionalText('onBehalfOf', value, onBehalfOfRules);
}

/** Findings on the name of the declaration that made a request: 1 to 128 characters in one line. */
export function declarationFindings(value: Text): Finding[] {
  return optionalText('declaration', value, declarationRules);
}

/** Findings on the attempt of a desired state: 1 to 128 characters in one line. */
export function attemptFindings(value: Text): Finding[] {
  return optionalText('attempt', value, attemptRules);
}

/** Findings on the client request token: 1 to 255 printable ASCII characters. */
export function clientRequestTokenFindings(value: Text): Finding[] {
  return optionalText('clientRequestToken', value, tokenRules);
}
