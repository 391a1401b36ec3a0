import type { UsedApproval } from '../model/approval-vote.ts';
import type { AuditEntry } from '../model/audit.ts';
import { settingFields, settingNames } from '../model/setting-fields.ts';

/**
 * The most bytes of an entry as JSON, unless it records a change: so much can any caller have
 * written with one request.
 */
const maxBytes = 16_384;

/**
 * The most bytes of an entry of a change. It contains the whole request and the whole association
 * before it, because the reconciler and drift detection read them: with 50 of the largest tags
 * each, that is 160 KB. DynamoDB stores up to 400 KB.
 */
const maxChangeBytes = 262_144;

/** The most bytes that an entry may have as JSON. */
export function maxBytesOf({ fence }: Pick<AuditEntry, 'fence'>): number {
  return fence === null ? maxBytes : maxChangeBytes;
}

/**
 * The bytes that an entry of a principal without permits should not exceed as JSON: one write unit
 * of DynamoDB. Only the names of principal, cluster and service account, which are kept, can make
 * it larger.
 */
const maxBriefBytes = 1_024;

/**
 * The most bytes of what an entry hides from its principal. Entries that can hide something leave
 * room for it.
 */
const maxHiddenBytes = 4_096;

/**
 * The most characters (UTF-16) of texts that come from other systems, and of those in a brief
 * entry.
 */
const maxTexts = { userAgent: 512, message: 1_024 };
const maxBriefTexts = { userAgent: 64, message: 80 };

/**
 * The most bytes (UTF-8) of the message of a TRAIL_READ, which names all that was read: a hundred
 * associations.
 */
export const maxReadMessageBytes = 12_000;

/** The most characters of a reason where even the rest of an entry is too large. */
const maxShortReason = 256;

/** A part of an entry that can be left out, and what remains of it. */
interface OptionalPart {
  /** The name of a field, or of a field in a field. */
  readonly path: string;
  readonly shorten: (value: unknown) => unknown;
  /** Whether it can be left out of the entry of a change. */
  readonly ofChanges?: true;
}

const none = () => [];
const nothing = () => null;
const first = (value: unknown) => (Array.isArray(value) ? value.slice(0, 5) : value);

/**
 * The approval of a decision with who voted, without what they said, their groups, and those that
 * policy compared.
 */
function withoutTexts(value: unknown): UsedApproval {
  const approval = value as UsedApproval;
  const votes = approval.votes.map(({ comparedGroups: _, ...vote }) => ({
    ...vote,
    comment: null,
    principal: { ...vote.principal, groups: [] },
  }));
  return { ...approval, votes };
}

/** The settings of an association or a request that can be large. */
function documentsOf(field: 'before' | 'request'): OptionalPart[] {
  const documents = settingNames.filter((name) => settingFields[name].type === 'document');
  return documents.map((name) => ({ path: `${field}.${name}`, shorten: nothing }));
}

const emptySlice = { cluster: null, namespace: null, services: [], timeZone: 'UTC' };

function partsOfDecision(field: string): OptionalPart[] {
  return [
    { path: `${field}.slice`, shorten: () => emptySlice, ofChanges: true },
    { path: `${field}.violations`, shorten: first, ofChanges: true },
    { path: `${field}.needs`, shorten: first, ofChanges: true },
    { path: `${field}.approval`, shorten: withoutTexts, ofChanges: true },
  ];
}

/** Left out first, the largest first. */
const details: readonly OptionalPart[] = [
  ...['decision', 'deleteDecision'].flatMap(partsOfDecision),
  { path: 'principal.groups', shorten: none, ofChanges: true },
  { path: 'actor.groups', shorten: none, ofChanges: true },
  { path: 'before.tags', shorten: none },
  ...documentsOf('before'),
  { path: 'request.tags', shorten: none },
  ...documentsOf('request'),
  { path: 'findings', shorten: first },
  { path: 'invalidInput', shorten: nothing },
];

/** Left out where details are not enough. */
const wholes: readonly OptionalPart[] = [
  { path: 'before', shorten: nothing },
  { path: 'request', shorten: nothing },
  { path: 'reason', shorten: (value) => cut(String(value), maxShortReason) },
];

/** Left out of a brief entry, in this order. */
const briefParts: readonly OptionalPart[] = [
  { path: 'decision.slice', shorten: () => emptySlice },
  { path: 'principal.groups', shorten: none },
  { path: 'actor.groups', shorten: none },
  { path: 'request.tags', shorten: none },
  ...documentsOf('request'),
  { path: 'invalidInput.fields', shorten: () => ({}) },
  { path: 'findings', shorten: (value) => (value as readonly unknown[]).slice(0, 1) },
  { path: 'decision.violations', shorten: (value) => (value as readonly unknown[]).slice(0, 1) },
  { path: 'findings', shorten: none },
  { path: 'decision', shorten: nothing },
  { path: 'request', shorten: nothing },
  { path: 'reason', shorten: nothing },
  { path: 'declaration', shorten: nothing },
  { path: 'onBehalfOf', shorten: nothing },
];

/**
 * Left out of what is hidden from the principal of an entry, where smaller parts are not enough.
 */
const hiddenWholes: readonly OptionalPart[] = [
  { path: 'before', shorten: nothing },
  { path: 'decision', shorten: nothing },
];

/**
 * The entry with at most the bytes that it may have. Where it has more, whole parts are left out,
 * one after the other, and named in `omitted` and in the message. Texts that callers or other
 * systems choose freely are cut.
 */
export function boundedEntry(entry: AuditEntry): AuditEntry {
  const texts = entry.event === 'TRAIL_READ' ? { ...maxTexts, message: maxReadMessageBytes } : maxTexts;
  const bounded = withTexts(entry, texts);
  // Whether or not it hides an association, so that the entries for its principal are the same.
  const mayHide = entry.refusalCode === 'ASSOCIATION_NOT_FOUND' && entry.fence === null;
  const limit = maxBytesOf(entry) - (mayHide ? maxHiddenBytes : 0);
  if (bytesOf(bounded) <= limit) return bounded;
  const parts = [...largestFirst(details, entry), ...wholes];
  const optional = parts.filter(({ ofChanges }) => entry.fence === null || ofChanges);
  return leaveOutUntil(limit, bounded, optional);
}

/**
 * A bounded entry with what is hidden from its principal, and at most 4 KB more. Only hidden parts
 * are left out; the message, which the principal can read, does not name them.
 */
export function boundedHidden(answered: AuditEntry, entry: AuditEntry): AuditEntry {
  const parts = details.filter(({ path }) => /^(before|decision)\b/.test(path));
  const limit = bytesOf(answered) + maxHiddenBytes;
  const bounded = leaveOutUntil(limit, entry, [...largestFirst(parts, entry), ...hiddenWholes]);
  return { ...bounded, message: answered.message };
}

/**
 * The entry with at most 1 KB, unless names are unusually long: who requested what, and why it was
 * refused. So a principal without permits can have only so much written, whatever its requests
 * contain.
 */
export function briefEntry(entry: AuditEntry): AuditEntry {
  const { message, ...brief } = leaveOutUntil(maxBriefBytes, withTexts(entry, maxBriefTexts), briefParts);
  // Their names are in `omitted`; in the message too, they would take the room of what is kept.
  return { ...brief, message: message?.replace(omittedNote, '') ?? null };
}

function withTexts(entry: AuditEntry, limits: typeof maxTexts): AuditEntry {
  const text = (value: string | null, limit: number) => (value === null ? null : cut(value, limit));
  return { ...entry, userAgent: text(entry.userAgent, limits.userAgent), message: text(entry.message, limits.message) };
}

function leaveOutUntil(limit: number, entry: AuditEntry, parts: readonly OptionalPart[]): AuditEntry {
  return parts.reduce((bounded, part) => (bytesOf(bounded) <= limit ? bounded : leaveOut(bounded, part)), entry);
}

function largestFirst(parts: readonly OptionalPart[], entry: AuditEntry): OptionalPart[] {
  const sizes = new Map(parts.map(({ path }) => [path, JSON.stringify(valueAt(entry, path) ?? null).length]));
  return parts.toSorted((one, other) => (sizes.get(other.path) ?? 0) - (sizes.get(one.path) ?? 0));
}

/** The value at a path; undefined if there is none. */
export function valueAt(entry: AuditEntry, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
      entry,
    );
}

function cut(text: string, limit: number): string {
  // Without half a character at the end.
  return text.length > limit ? `${text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}

function leaveOut(entry: AuditEntry, { path, shorten }: OptionalPart): AuditEntry {
  const value = valueAt(entry, path);
  if (value === undefined || value === null) return entry;
  const shortened = shorten(value);
  // What is short already is not named as left out.
  if (JSON.stringify(shortened) === JSON.stringify(value)) return entry;
  const [name = '', field] = path.split('.');
  if (field === undefined) return withOmitted(entry, path, { [name]: shortened });
  return withOmitted(entry, path, { [name]: { ...(valueAt(entry, name) as object), [field]: shortened } });
}

function withOmitted(entry: AuditEntry, path: string, shortened: object): AuditEntry {
  // A whole part includes those that were left out of it before.
  const omitted = [...entry.omitted.filter((part) => !part.startsWith(`${path}.`)), path];
  const message = `${(entry.message ?? '').replace(omittedNote, '')} ${noteOf(omitted)}`.trim();
  // Each part keeps its type.
  return { ...entry, ...shortened, omitted, message };
}

/** Readers of the message alone must not take an empty list for the fact. */
const noteOf = (omitted: readonly string[]) => `[Left out of this entry for its size: ${omitted.join(', ')}.]`;
const omittedNote = / ?\[Left out of this entry for its size: [^\]]*\]$/;

/** The size of an entry as JSON in UTF-8. */
export function bytesOf(entry: AuditEntry): number {
  return Buffer.byteLength(JSON.stringify(entry));
}
