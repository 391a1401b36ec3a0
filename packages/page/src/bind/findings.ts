import type { Finding } from '../../../../src/model/finding.ts';
import { reasonFindings } from '../../../../src/validation/free-texts.ts';
import { clusterFindings, namespaceFindings, serviceAccountFindings } from '../../../../src/validation/names.ts';
import { changedSettings, createdSettingFindings } from '../../../../src/validation/settings.ts';
import { tagFindings } from '../../../../src/validation/tags.ts';
import type { Change } from './change.ts';

const minMs = 5 * 60_000;
const maxMs = 5 * 365 * 86_400_000;

/**
 * What the gateway would find, by its own rules: without a request, so without an entry. `now` in
 * milliseconds since the epoch.
 */
export function findingsOf(change: Change, now: number): readonly Finding[] {
  const { input } = change;
  const common = [...clusterFindings(input), ...reasonFindings(input.reason)];
  if (change.kind === 'delete') return common;
  const expiry = expiryFindings(change.input.expiresAt, now);
  if (change.kind === 'update') return [...common, ...changedSettings(change.input).findings, ...expiry];
  const { namespace, serviceAccount, tags } = change.input;
  return [
    ...common,
    ...namespaceFindings(namespace),
    ...serviceAccountFindings(serviceAccount),
    ...Object.values(createdSettingFindings(change.input)).flat(),
    ...tagFindings(tags),
    ...expiry,
    ...revisionFindings(change.input.expectedRevision),
  ];
}

function expiryFindings(expiresAt: string | null | undefined, now: number): Finding[] {
  if (!expiresAt) return [];
  const fromNow = Date.parse(expiresAt) - now;
  if (fromNow >= minMs && fromNow <= maxMs) return [];
  const message = 'The end is less than 5 minutes or more than 5 years from now.';
  return [{ path: 'expiresAt', rule: 'range', message, advice: 'Choose a later or an earlier end, or none.' }];
}

function revisionFindings(revision: number | null | undefined): Finding[] {
  if (revision === null || revision === undefined || (Number.isInteger(revision) && revision >= 0)) return [];
  const message = 'The expected revision is not a whole number.';
  const advice = 'Give the revision of the plan, or leave it out.';
  return [{ path: 'expectedRevision', rule: 'whole-number', message, advice }];
}

/** The findings on a field; those on a field that is still empty only if `isSubmitted`. */
export function findingsAt(findings: readonly Finding[], path: string, isSubmitted: boolean): readonly Finding[] {
  return findings.filter(
    (one) => (one.path === path || one.path.startsWith(`${path}.`)) && (isSubmitted || !isEmptiness(one)),
  );
}

/** Whether a finding says only that something is still to be filled in. */
export function isEmptiness({ rule }: Finding): boolean {
  return rule === 'required' || rule === 'not-empty' || rule === 'something-to-change';
}
