import type { Finding } from '../model/refusal.ts';
import { optionalText, requiredText } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

const associationIdRules: readonly TextRule[] = [
  {
    rule: 'association-id',
    problem: (value) =>
      /^a-[a-z0-9]{17}$/.test(value) ? null : 'is no id of an association: "a-" and 17 lower-case letters or digits',
    advice: 'Give the id as EKS shows it, e.g. "a-0123456789abcdefg"; not the ARN.',
  },
];

/** RFC 3339 (section 5.6), in the order of its parts; which days a month has is left to `Date.parse`. */
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

const instantRules: readonly TextRule[] = [
  {
    rule: 'instant',
    problem: (value) => (instant.test(value) && !Number.isNaN(Date.parse(value)) ? null : 'is no instant of RFC 3339'),
    advice: 'Give modifiedAt as it was read, e.g. "2026-11-24T10:00:00.000Z".',
  },
];

/** Rules of an association's id, by the EKS service model and by what EKS says of a wrong one. */
export function associationIdFindings(value: Text): Finding[] {
  return requiredText('associationId', value, associationIdRules, 'a-0123456789abcdefg');
}

/** Rules of the instant that an association is expected to have been modified at. */
export function expectedModifiedAtFindings(value: Text): Finding[] {
  return optionalText('expectedModifiedAt', value, instantRules);
}
