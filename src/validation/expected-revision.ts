import type { Finding } from '../model/refusal.ts';

/** What is wrong with the revision that a request expects; null: any. */
export function expectedRevisionFindings(value: number | null): Finding[] {
  if (value === null || value >= 0) return [];
  const message = `expectedRevision is ${value}; it must not be negative.`;
  const advice =
    'Give the revision that checkPodIdentityAssociations returned for the service account, or leave it out.';
  return [{ path: 'expectedRevision', rule: 'not-negative', message, advice }];
}
