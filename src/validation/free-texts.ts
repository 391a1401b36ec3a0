import type { Finding } from '../model/refusal.ts';
import { codePoint, maxLength, optionalText, wellFormed } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

/** Characters that a reason may have. */
const maxReasonLength = 1024;

/** Characters that the name of a person may have. */
const maxPersonLength = 256;

/** Characters that a request token may have: generous for UUIDs, hashes and names of pipeline runs. */
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

/** Something that can be seen: white space, control and format characters alone say nothing. */
function notBlank(advice: string): TextRule {
  return {
    rule: 'not-blank',
    problem: (value) => (/[^\p{Z}\p{Cc}\p{Cf}]/u.test(value) ? null : 'is blank'),
    advice,
  };
}

const reasonRules = [
  maxLength(maxReasonLength, 'Shorten it and refer to the rest, e.g. "Migration of payments, change 4711".'),
  wellFormed,
  noControlCharacters(/[^\P{Cc}\n\t]/u, 'Use plain text; of control characters only \\n and \\t are allowed.'),
  notBlank('Say why you ask, e.g. "Migration of payments", or leave reason out.'),
];

const onBehalfOfRules = [
  maxLength(maxPersonLength, 'Name the person by a short id, e.g. "alice@example.com".'),
  wellFormed,
  noControlCharacters(/\p{Cc}/u, 'Name the person on one line, e.g. "alice@example.com".'),
  notBlank('Name the person, e.g. "alice@example.com", or leave onBehalfOf out.'),
];

const tokenRules: readonly TextRule[] = [
  maxLength(maxTokenLength, 'Use a UUID, or the SHA-256 of a longer name in hex.'),
  {
    rule: 'printable-ascii',
    problem: (value) => {
      const found = /[^\x20-\x7E]/u.exec(value);
      return found === null ? null : `contains ${codePoint(found[0])}; only printable ASCII characters are allowed`;
    },
    advice: 'Use letters, digits and punctuation of ASCII, e.g. "0b9e4a0e-6f3f-4c0e-9a51-3f2b8a0c7d11".',
  },
];

/** Rules of the caller's words for the trail: 1 to 1,024 characters, several lines allowed. */
export function reasonFindings(value: Text): Finding[] {
  return optionalText('reason', value, reasonRules);
}

/** Rules of the person whom a service names: 1 to 256 characters on one line. */
export function onBehalfOfFindings(value: Text): Finding[] {
  return optionalText('onBehalfOf', value, onBehalfOfRules);
}

/** Rules of the request token: 1 to 255 printable ASCII characters. */
export function clientRequestTokenFindings(value: Text): Finding[] {
  return optionalText('clientRequestToken', value, tokenRules);
}
